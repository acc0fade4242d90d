// The message list of the open channel: keyed drawing, day dividers, staying at the bottom.

import { act } from "./net.js";
import { append, h, icon } from "./dom.js";
import { keepFocus } from "./components.js";
import { channelIcon } from "./rich.js";
import { drawMessage, grouped } from "./message.js";
import { longDate, sameDay } from "./time.js";

const NEAR = 48; // pixels from an end that count as being there

export class Log {
  constructor({ store, rich, actions, scroller, list, latest }) {
    Object.assign(this, { store, rich, actions, scroller, list, latest });
    this.channel = null;
    this.drawn = new Map(); // message id -> {message, grouped, pending, failed, element}
    this.pending = new Map(); // message id -> {path}
    this.failed = new Map(); // message id -> words
    this.stuck = true;
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(list);
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(scroller);
    latest.addEventListener("click", () => this.toBottom());
    store.addEventListener("messages", ({ detail }) => detail.channel === this.channel && this.update(detail));
    store.addEventListener("structure", () => this.channel && this.redraw());
  }

  async show(channel) {
    this.channel = channel;
    this.drawn.clear();
    this.list.replaceChildren();
    this.stuck = true;
    this.latest.hidden = true;
    const place = this.store.channels.get(channel);
    if (place && (place.type === 15 || place.type === 16)) this.drawForum(place);
    else {
      await this.store.load(channel);
      if (this.channel === channel) this.draw();
    }
  }

  redraw() {
    const place = this.store.channels.get(this.channel);
    if (place && (place.type === 15 || place.type === 16)) this.drawForum(place);
    else {
      this.drawn.clear();
      this.draw();
    }
  }

  update({ arrived }) {
    this.draw();
    if (arrived && !this.stuck) this.latest.hidden = false;
  }

  /** Brings the list in line with the store, touching only what changed. */
  draw() {
    const messages = this.store.messages.get(this.channel) ?? [];
    const height = this.scroller.scrollHeight;
    const first = this.list.querySelector("article")?.dataset.id;
    const nodes = [this.start()];
    const fresh = new Map();
    let before = null;
    for (const message of messages) {
      const day = new Date(message.timestamp);
      if (!before || !sameDay(new Date(before.timestamp), day)) {
        nodes.push(h("div", { class: "divider", role: "separator", "aria-label": longDate(day) }, h("span", null, longDate(day))));
      }
      const entry = this.entry(message, grouped(before, message) && nodes.at(-1).tagName === "ARTICLE");
      fresh.set(message.id, entry);
      nodes.push(entry.element);
      before = message;
    }
    this.place(nodes);
    this.drawn = fresh;
    if (this.stuck) this.toBottom();
    else if (first && messages[0] && messages[0].id !== first && this.scroller.scrollTop < NEAR * 8) {
      this.scroller.scrollTop += this.scroller.scrollHeight - height;
    }
  }

  entry(message, isGrouped) {
    const old = this.drawn.get(message.id);
    const pending = this.pending.get(message.id) ?? null;
    const failed = this.failed.get(message.id) ?? null;
    if (old && old.message === message && old.grouped === isGrouped && old.pending === pending && old.failed === failed) return old;
    const element = drawMessage(message, isGrouped, {
      store: this.store, rich: this.rich, actions: this.actions, pending, failed, acts: this.acts(message),
    });
    const entry = { message, grouped: isGrouped, pending, failed, element };
    if (old) {
      const refocus = keepFocus(old.element, element);
      old.element.replaceWith(element);
      refocus();
    }
    return entry;
  }

  place(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.list.children]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, index) => {
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
  }

  start() {
    const channel = this.store.channels.get(this.channel);
    if (!channel || !this.store.complete.has(this.channel)) return h("div", { class: "beginning", "aria-hidden": "true" });
    const direct = channel.type === 1;
    const name = direct ? channel.name : `#${channel.name}`;
    const words = direct
      ? `This is the beginning of your direct messages with ${name}.`
      : `This is the start of ${name}.${channel.topic ? ` ${this.rich.plain(channel.topic)}` : ""}`;
    return h("div", { class: "beginning" }, h("span", { class: "beginning-icon" }, icon(channelIcon(channel), 36)),
      h("h2", null, direct ? name : `Welcome to ${name}!`), h("p", null, words));
  }

  drawForum(forum) {
    const guild = this.store.guilds.get(forum.guild_id);
    const posts = (guild?.threads ?? []).filter((thread) => thread.parent_id === forum.id).toReversed();
    const tags = new Map((forum.available_tags ?? []).map((tag) => [tag.id, tag]));
    const cards = posts.map((post) => h("button", { type: "button", class: "post", on: { click: () => this.actions.open(post.id) } },
      h("span", { class: "post-tags" }, (post.applied_tags ?? []).map((id) => tags.get(id) && h("span", { class: "post-tag" }, tags.get(id).name))),
      h("span", { class: "post-title" }, post.name),
      h("span", { class: "post-note" }, `${this.store.userName(post.owner_id)} · ${post.message_count ?? 0} ${post.message_count === 1 ? "message" : "messages"}`)));
    this.list.replaceChildren(append(h("div", { class: "posts" }), cards.length ? cards : [
      h("p", { class: "empty" }, "There are no posts in this forum yet."),
    ]));
  }

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.stuck = scrollTop + clientHeight >= scrollHeight - NEAR;
    if (this.stuck) this.latest.hidden = true;
    if (scrollTop < 200 && !this.loading && this.drawn.size) {
      this.loading = true;
      this.store.loadBefore(this.channel).catch(() => {}).finally(() => { this.loading = false; });
    }
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.latest.hidden = true;
  }

  reveal(id) {
    const element = this.drawn.get(id)?.element;
    if (!element) return;
    this.stuck = false;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    element.classList.add("flash");
    element.addEventListener("animationend", () => element.classList.remove("flash"), { once: true });
  }

  acts(message) {
    return {
      press: (component, path) => this.interact(message, path, { kind: "press", custom_id: component.custom_id }),
      choose: (component, path, values) => this.interact(message, path, { kind: "choose", custom_id: component.custom_id, values }),
    };
  }

  /** Sends a press or a choice, with the waiting and the failure shown on the message itself. */
  async interact(message, path, what) {
    this.failed.delete(message.id);
    this.pending.set(message.id, { path });
    this.draw();
    try {
      const result = await act({ ...what, user: this.store.user, channel: message.channel_id, message: message.id });
      if (result.modal) this.actions.modal(result.modal);
    } catch (error) {
      this.failed.set(message.id, error.message);
    } finally {
      this.pending.delete(message.id);
      // A redrawn list may have let go of this message's old drawing.
      if (message.channel_id === this.channel) this.draw();
    }
  }
}
