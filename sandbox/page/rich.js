// Markdown trees to elements: mentions become names, timestamps become times that keep moving.

import { colour, h, icon, safeUrl } from "./dom.js";
import { parse, plainText } from "./markdown.js";
import { full, timestamp } from "./time.js";

const literal = (text) => document.createTextNode(text);
const NODES = new Set(["heading", "subtext", "quote", "list", "code", "codeblock", "spoiler", "link", "url", "timestamp", "user", "role", "channel", "command", "ping", "emoji"]);
const TAGS = { strong: "strong", em: "em", underline: "u", strike: "s" };

/** Renders text for one viewer: `store` answers who and what an id is, `actions` follows clicks. */
export class Rich {
  constructor(store, actions) {
    this.store = store;
    this.actions = actions;
  }

  /** `text` as markdown in a `tag` element; null for an empty text. */
  text(text, { tag = "div", blocks = true, className = "markdown" } = {}) {
    if (!text) return null;
    const nodes = parse(text, { blocks });
    const element = h(tag, { class: className }, this.nodes(nodes));
    if (blocks && onlyEmoji(nodes)) element.classList.add("jumbo");
    return element;
  }

  plain(text) {
    return plainText(parse(text ?? ""), {
      user: (id) => `@${this.store.userName(id)}`,
      role: (id) => `@${this.store.role(id)?.name ?? "unknown-role"}`,
      channel: (id) => `#${this.store.channels.get(id)?.name ?? "unknown"}`,
      timestamp: (node) => timestamp(node.seconds, node.style) ?? node.raw,
    }).trim();
  }

  nodes(nodes) {
    return nodes.map((node) => (node.type === "text" ? literal(node.text) : this.node(node)));
  }

  node(node) {
    return NODES.has(node.type) ? this[node.type](node) : this.simple(node);
  }

  simple(node) {
    return h(TAGS[node.type] ?? "span", null, this.nodes(node.children ?? []));
  }

  heading(node) {
    return h(`h${node.level + 1}`, { class: `heading h${node.level}` }, this.nodes(node.children));
  }

  subtext(node) {
    return h("small", { class: "subtext" }, this.nodes(node.children));
  }

  quote(node) {
    return h("div", { class: "quote" }, h("span", { class: "bar", "aria-hidden": "true" }),
      h("blockquote", null, this.nodes(node.children)));
  }

  list(node) {
    const items = node.items.map((item) => h("li", null, this.nodes(item)));
    return node.ordered ? h("ol", { start: node.start }, items) : h("ul", null, items);
  }

  code(node) {
    return h("code", { class: "inline" }, node.text);
  }

  codeblock(node) {
    return h("pre", null, h("code", { dataset: { language: node.language } }, node.text));
  }

  spoiler(node) {
    const hidden = h("span", { class: "spoiler-text", "aria-hidden": "true" }, this.nodes(node.children));
    const box = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler, press to show", "aria-expanded": "false" }, hidden);
    const show = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      if (box.classList.contains("shown")) return;
      event.preventDefault();
      event.stopPropagation();
      box.classList.add("shown");
      hidden.removeAttribute("aria-hidden");
      for (const name of ["role", "tabindex", "aria-label", "aria-expanded"]) box.removeAttribute(name);
    };
    box.addEventListener("click", show, true);
    box.addEventListener("keydown", show);
    return box;
  }

  link(node) {
    const words = this.nodes(node.children);
    const href = safeUrl(node.url);
    if (!href) return h("span", null, words);
    return h("a", { href, title: node.title || node.url, target: "_blank", rel: "noreferrer noopener" }, words);
  }

  url(node) {
    const jump = jumpTarget(node.url);
    if (jump && this.store.channels.has(jump.channel)) return this.jump(jump);
    const href = safeUrl(node.url);
    return href ? h("a", { href, target: "_blank", rel: "noreferrer noopener" }, node.url) : literal(node.url);
  }

  jump({ channel, message }) {
    const { name } = this.store.channels.get(channel);
    const href = `#/${channel}${message ? `/${message}` : ""}`;
    return h("a", { class: "mention", href }, icon("hash", 14), `\u2060${name}${message ? " › message" : ""}`);
  }

  timestamp(node) {
    const words = timestamp(node.seconds, node.style);
    if (words === null) return literal(node.raw);
    const date = new Date(node.seconds * 1000);
    return h("time", { class: "timestamp", datetime: date.toISOString(), title: full(date), dataset: node.style === "R" ? { relative: node.seconds } : {} }, words);
  }

  user(node) {
    return h("span", { class: "mention", title: this.store.users.get(node.id)?.username }, `@${this.store.userName(node.id)}`);
  }

  role(node) {
    const role = this.store.role(node.id);
    const pill = h("span", { class: "mention" }, `@${role?.name ?? "unknown-role"}`);
    if (role?.color) {
      pill.style.setProperty("color", `color-mix(in srgb, ${colour(role.color)} 60%, var(--head))`);
      pill.style.setProperty("background-color", `${colour(role.color)}26`);
    }
    return pill;
  }

  channel(node) {
    const channel = this.store.channels.get(node.id);
    if (!channel) return h("span", { class: "mention" }, "#unknown");
    return h("a", { class: "mention", href: `#/${node.id}` }, icon(channelIcon(channel), 14), `\u2060${channel.name ?? "direct message"}`);
  }

  command(node) {
    // A span, as a real button does not flow with the text around it.
    const begin = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.actions.compose(node.name);
    };
    return h("span", { class: "mention", role: "button", tabindex: "0", on: { click: begin, keydown: begin } }, `/${node.name}`);
  }

  ping(node) {
    return h("span", { class: "mention" }, `@${node.name}`);
  }

  emoji(node) {
    return customEmoji(node);
  }
}

/** A custom emoji's picture, or its :name: where the sandbox holds none. */
export function customEmoji({ id, name, animated }) {
  const label = `:${name}:`;
  const image = h("img", { class: "emoji", src: `/cdn/emojis/${id}.${animated ? "gif" : "webp"}`, alt: label, title: label, draggable: "false" });
  image.addEventListener("error", () => image.replaceWith(document.createTextNode(label)));
  return image;
}

/** A button's or option's emoji: unicode as text, custom as picture. */
export function partialEmoji(emoji) {
  if (!emoji) return null;
  return h("span", { class: "partial-emoji" }, emoji.id ? customEmoji(emoji) : emoji.name);
}

const CHANNEL_ICONS = { 1: "at", 2: "voice", 5: "announcement", 10: "thread", 11: "thread", 12: "thread", 13: "voice", 15: "forum", 16: "forum" };
export const channelIcon = (channel) => CHANNEL_ICONS[channel?.type] ?? "hash";

/** Channel and message of a link such as https://discord.com/channels/1/2/3. */
export function jumpTarget(address) {
  const match = /^https?:\/\/[^/]+\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?\/?$/.exec(address);
  return match && { channel: match[1], message: match[2] };
}

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;

function onlyEmoji(nodes) {
  if (!nodes.length || nodes.length > 27) return false;
  const text = nodes.map((node) => (node.type === "text" ? node.text : "")).join("");
  if (/^[\s\d#*]*$/.test(text)) return nodes.some((node) => node.type === "emoji") && !text.trim();
  return text.length < 90 && EMOJI_ONLY.test(text) && nodes.every((node) => ["text", "emoji"].includes(node.type));
}

/** Keeps relative timestamps ("5 minutes ago") true while they are on the page. */
export function tickTimestamps(root) {
  for (const element of root.querySelectorAll("time[data-relative]")) {
    element.textContent = timestamp(Number(element.dataset.relative), "R");
  }
}
