// What this place is, for who comes here first: a strip above the messages, gone when dismissed.

import { act } from "./net.js";
import { h, icon } from "./dom.js";
import { recall, remember } from "./remember.js";

const DISMISSED = "sandbox.welcome";
const COMMAND = { name: "interviews search", rest: "rain" };

/** Only a sandbox with a magazine has the strip: what it offers to try is about interviews. */
export class Welcome {
  constructor({ store, actions, strip, opener, form }) {
    Object.assign(this, { store, actions, strip, opener, form });
    this.command = this.button("mention", () => actions.compose(COMMAND.name, COMMAND.rest));
    this.other = this.button("text-link", () => actions.become(this.somebodyElse().id));
    this.who = h("span", { class: "words" });
    this.publish = this.button("text-link", () => this.publishNext());
    this.said = h("em", { role: "status" });
    strip.append(
      h("p", null,
        h("b", null, "A Discord on your own machine."),
        h("span", null, h("span", { class: "words" }, " Try "), this.command),
        h("span", null, this.who, this.other),
        h("span", null, this.publish),
        this.said),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: () => this.show(false) } }, icon("close", 20)));
    opener.append(icon("help", 22));
    opener.addEventListener("click", () => this.show(strip.hidden));
    store.addEventListener("commands", () => this.draw());
    store.addEventListener("messages", ({ detail }) => detail.arrived && this.said.replaceChildren());
  }

  button(look, click) {
    return h("button", { type: "button", class: look, on: { click } });
  }

  show(open) {
    remember(DISMISSED, open ? null : "yes");
    this.draw();
    if (!open) this.opener.focus();
  }

  draw() {
    const { store } = this;
    this.opener.hidden = store.drafts === null;
    this.strip.hidden = this.opener.hidden || recall(DISMISSED) !== null;
    this.opener.setAttribute("aria-expanded", String(!this.strip.hidden));
    this.command.textContent = `/${store.labels.get(COMMAND.name) ?? COMMAND.name} ${COMMAND.rest}`;
    this.command.parentElement.hidden = this.form.hidden;
    const other = this.somebodyElse();
    this.other.parentElement.hidden = !other;
    this.who.textContent = `You look as ${this.isOwner() ? "an admin" : "a fan"}: `;
    this.other.textContent = `see it as ${this.isOwner() ? "a fan" : "an admin"}`;
    this.publish.textContent = store.drafts ? "publish an interview now" : "all interviews are published";
    this.publish.disabled = !store.drafts;
  }

  guild() {
    return this.store.guildOf(this.store.open) ?? this.store.guilds.values().next().value;
  }

  isOwner() {
    return this.guild()?.owner_id === this.store.user;
  }

  somebodyElse() {
    const owner = this.guild()?.owner_id;
    return this.store.people.find(({ id }) => (this.isOwner() ? id !== owner : id === owner));
  }

  async publishNext() {
    const { store } = this;
    try {
      const { title, drafts } = await act({ kind: "publish", user: store.user });
      store.drafts = drafts;
      this.said.textContent = `“${title}” is on its way.`;
      this.draw();
    } catch (error) {
      this.said.textContent = error.message;
      store.refreshSoon();
    }
  }
}
