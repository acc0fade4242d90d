// The rail of guilds, the list of channels, and who is looking.

import { avatar, h, icon, safeUrl } from "./dom.js";
import { channelIcon } from "./rich.js";

const KINDS = { 0: "text channel", 2: "voice channel", 5: "announcement channel", 10: "thread", 11: "thread", 12: "private thread", 13: "stage channel", 15: "forum channel", 16: "media channel" };
const UNREADABLE = new Set([2, 4, 13]);
const HOME = "@me";
const LANGUAGES = ["en-US", "ko", "ja", "es-ES", "pt-BR", "fr", "id", "th", "vi"];

/** Letters that stand for a guild without an icon: "KCrush Fans" -> "KF". */
export function acronym(name) {
  return name.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 4).join("");
}

export class Sidebar {
  constructor({ store, actions, rail, title, channels, me }) {
    Object.assign(this, { store, actions, rail, title, channels, me });
    this.guild = null;
    store.addEventListener("unread", () => this.draw());
  }

  /** Shows the guild of `channel`, and that channel as the open one. */
  show(channel) {
    this.open = channel;
    this.guild = this.store.channels.get(channel)?.guild_id ?? HOME;
    this.draw();
  }

  draw() {
    this.drawRail();
    this.drawChannels();
    this.drawMe();
  }

  state(ids) {
    const unread = ids.filter((id) => this.store.unread.has(id));
    return { unread: unread.length > 0, pings: unread.reduce((sum, id) => sum + this.store.unread.get(id), 0) };
  }

  drawRail() {
    const home = this.railButton(HOME, "Direct Messages", [icon("at", 26)], this.state(this.store.dms.map((dm) => dm.id)));
    const guilds = [...this.store.guilds.values()].map((guild) => this.railButton(
      guild.id, guild.name, guildFace(guild), this.state([...guild.channels, ...guild.threads].map((channel) => channel.id)),
    ));
    this.rail.replaceChildren(home, h("hr"), ...guilds);
  }

  railButton(id, name, face, { unread, pings }) {
    const current = id === this.guild;
    return h("button", {
      type: "button", class: `rail-item${current ? " current" : ""}${unread ? " unread" : ""}`, title: name, "aria-current": current ? "true" : null,
      "aria-label": pings ? `${name}, ${pings} ${pings === 1 ? "mention" : "mentions"}` : unread ? `${name}, unread` : name,
      on: { click: () => this.choose(id) },
    }, h("span", { class: `rail-face${name.split(/\s+/).length > 2 ? " small" : ""}` }, face), pings > 0 && h("span", { class: "badge" }, pings));
  }

  choose(id) {
    this.guild = id;
    const list = id === HOME ? this.store.dms : readable(this.store.guilds.get(id));
    const current = list.some((channel) => channel.id === this.open) ? null : list[0];
    if (current) this.actions.open(current.id, null, { stay: true });
    else this.draw();
  }

  drawChannels() {
    if (this.guild === HOME) {
      this.title.textContent = "Direct Messages";
      this.channels.replaceChildren(h("ul", null, this.store.dms.map((dm) => this.dmRow(dm)), this.newDm()));
      return;
    }
    const guild = this.store.guilds.get(this.guild);
    this.title.textContent = guild?.name ?? "";
    const lists = guild ? sections(guild).map(({ category, channels }) => [
      category && h("h2", { class: "category" }, category.name),
      h("ul", null, channels.map((channel) => this.row(channel, guild))),
    ]) : [];
    this.channels.replaceChildren(...lists.flat().filter(Boolean));
  }

  row(channel, guild) {
    const threads = guild.threads.filter((thread) => thread.parent_id === channel.id && !thread.thread_metadata?.archived);
    return h("li", null, this.link(channel), threads.length > 0 && h("ul", { class: "threads" }, threads.map((thread) => h("li", null, this.link(thread)))));
  }

  link(channel) {
    const { unread, pings } = this.state([channel.id]);
    const current = channel.id === this.open;
    const kind = KINDS[channel.type] ?? "channel";
    const label = `${channel.name} (${kind})${pings ? `, ${pings} ${pings === 1 ? "mention" : "mentions"}` : unread ? ", unread" : ""}`;
    const parts = [icon(channelIcon(channel), 20), h("span", { class: "channel-name" }, channel.name), pings > 0 && h("span", { class: "badge" }, pings)];
    if (UNREADABLE.has(channel.type)) return h("span", { class: "channel dead", title: "Voice has no text here" }, parts);
    return h("a", { class: `channel${current ? " current" : ""}${unread ? " unread" : ""}`, href: `#/${channel.id}`, "aria-label": label, "aria-current": current ? "page" : null }, parts);
  }

  dmRow(dm) {
    const other = dm.recipients.find((user) => user.id !== this.store.user) ?? this.store.application.bot;
    const { unread, pings } = this.state([dm.id]);
    const name = other.global_name || other.username;
    const current = dm.id === this.open;
    return h("li", null, h("a", {
      class: `channel dm${current ? " current" : ""}${unread ? " unread" : ""}`, href: `#/${dm.id}`,
      "aria-label": `${name} (direct message)${unread ? ", unread" : ""}`, "aria-current": current ? "page" : null,
    }, avatar(other, 32), h("span", { class: "channel-name" }, name), pings > 0 && h("span", { class: "badge" }, pings)));
  }

  /** The way to the bot's direct messages, while there are none. */
  newDm() {
    const { bot, name } = this.store.application;
    if (this.store.dms.some((dm) => dm.recipients.some((user) => user.id === bot.id))) return null;
    return h("li", null, h("button", { type: "button", class: "channel dm", on: { click: () => this.actions.write() } },
      avatar(bot, 32), h("span", { class: "channel-name" }, `Message ${name}`)));
  }

  drawMe() {
    const { viewer, people } = this.store;
    const picker = h("select", { class: "who", "aria-label": "Who you are", title: "Act as somebody else" },
      people.map((user) => h("option", { value: user.id, selected: user.id === viewer.id }, user.global_name || user.username)));
    picker.addEventListener("change", () => this.actions.become(picker.value));
    const language = h("select", { class: "who language", "aria-label": "Your language", title: "See Discord in another language" },
      LANGUAGES.map((locale) => h("option", { value: locale, selected: locale === viewer.locale }, nameOf(locale))));
    language.addEventListener("change", () => this.actions.speak(language.value));
    this.me.replaceChildren(avatar(viewer, 32), h("div", { class: "me-text" }, picker, h("span", { class: "me-note" }, "You look as")), language);
  }
}

/** What a language calls itself: "ko" -> "한국어", "pt-BR" -> "português". */
function nameOf(locale) {
  return new Intl.DisplayNames([locale], { type: "language" }).of(locale.split("-")[0]);
}

function guildFace(guild) {
  const src = guild.icon && safeUrl(`/cdn/icons/${guild.id}/${guild.icon}.png`);
  const letters = h("span", null, acronym(guild.name));
  if (!src) return letters;
  const image = h("img", { src, alt: "", width: 48, height: 48 });
  image.addEventListener("error", () => image.replaceWith(letters));
  return image;
}

const order = (a, b) => (a.position ?? 0) - (b.position ?? 0) || (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

export const readable = (guild) => (guild ? sections(guild).flatMap(({ channels }) => channels) : [])
  .filter((channel) => !UNREADABLE.has(channel.type));

/** Channels under their categories, the ones without first. */
function sections(guild) {
  const sorted = guild.channels.toSorted(order);
  const categories = sorted.filter((channel) => channel.type === 4);
  const known = new Set(categories.map((category) => category.id));
  const of = (parent) => sorted.filter((channel) => channel.type !== 4 && (known.has(channel.parent_id) ? channel.parent_id : null) === parent);
  return [{ category: null, channels: of(null) }, ...categories.map((category) => ({ category, channels: of(category.id) }))];
}
