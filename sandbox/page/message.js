// One message as an article: who, when, what, and what the viewer may do with it.

import { avatar, colour, h, icon } from "./dom.js";
import { attachments } from "./media.js";
import { Components } from "./components.js";
import { embed } from "./embeds.js";
import { full, messageTime, sameDay, shortTime } from "./time.js";

const FLAG = { CROSSPOSTED: 1, IS_CROSSPOST: 2, SUPPRESS_EMBEDS: 4, EPHEMERAL: 64, LOADING: 128, V2: 32768 };
const GROUP_SECONDS = 7 * 60;
const SYSTEM = {
  6: (name) => `${name} pinned a message to this channel.`,
  7: (name) => `${name} joined the server.`,
  12: (name, message) => `${name} has added ${message.content} to this channel. Its most important updates will show up here.`,
  18: (name, message) => `${name} started a thread: ${message.content}`,
};

/** Whether `message` follows `before` without a head of its own. */
export function grouped(before, message) {
  if (!before || SYSTEM[message.type] || SYSTEM[before.type]) return false;
  if (before.author.id !== message.author.id || before.author.username !== message.author.username) return false;
  if (message.type === 19 || message.type === 20 || message.interaction_metadata || message.local) return false;
  if ((before.flags & FLAG.EPHEMERAL) !== (message.flags & FLAG.EPHEMERAL)) return false;
  const [then, now] = [new Date(before.timestamp), new Date(message.timestamp)];
  return sameDay(then, now) && now - then < GROUP_SECONDS * 1000;
}

/** `context`: {store, rich, actions, pending, failed, acts}. */
export function drawMessage(message, isGrouped, context) {
  const { store } = context;
  const names = ["message"];
  if (isGrouped) names.push("grouped");
  if (message.flags & FLAG.EPHEMERAL) names.push("ephemeral");
  if (store.pinged(message)) names.push("pinged");
  const system = SYSTEM[message.type];
  const time = new Date(message.timestamp);
  const author = nameOf(message.author);
  const element = h("article", { class: names.join(" "), dataset: { id: message.id }, "aria-label": `${author}, ${messageTime(time)}`, tabindex: "-1" });
  if (system) {
    element.classList.add("system");
    element.append(h("span", { class: "gutter" }, icon("reply", 18)),
      h("div", { class: "body" }, system(author, message), " ", stamp(time)));
    return element;
  }
  const reply = isGrouped ? null : replyLine(message, context);
  if (reply) element.append(reply);
  element.append(isGrouped
    ? h("span", { class: "gutter", "aria-hidden": "true" }, shortTime(time))
    : h("span", { class: "gutter" }, avatar(message.author, 40)),
  h("div", { class: "body" }, isGrouped ? null : head(message, time, context), contents(message, context)));
  return element;
}

const nameOf = (user) => user.global_name || user.username;

function stamp(time) {
  return h("time", { class: "stamp", datetime: time.toISOString(), title: full(time) }, messageTime(time));
}

function head(message, time, { store }) {
  const name = h("span", { class: "author" }, nameOf(message.author));
  const tint = store.nameColour(store.guildOf(message.channel_id), message.author.id);
  if (tint) name.style.setProperty("color", colour(tint));
  const tag = (message.author.bot || message.webhook_id) && h("span", { class: "tag" }, message.flags & FLAG.IS_CROSSPOST ? "SERVER" : "APP");
  return h("div", { class: "head" }, name, tag, stamp(time));
}

function replyLine(message, { store, rich, actions }) {
  const meta = message.interaction_metadata ?? message.interaction;
  if (meta?.name) {
    const name = h("button", { type: "button", class: "command-link", on: { click: () => actions.compose(meta.name) } }, `/${meta.name}`);
    return h("div", { class: "reply" }, h("span", { class: "spine", "aria-hidden": "true" }), avatar(meta.user, 16),
      h("span", { class: "reply-author" }, nameOf(meta.user)), " used ", name);
  }
  const target = message.referenced_message
    ?? (meta?.interacted_message_id && store.find(message.channel_id, meta.interacted_message_id));
  if (target) {
    return h("div", { class: "reply" }, h("span", { class: "spine", "aria-hidden": "true" }), avatar(target.author, 16),
      h("span", { class: "reply-author" }, nameOf(target.author)),
      target.author.bot && h("span", { class: "tag" }, "APP"),
      h("button", { type: "button", class: "reply-text", on: { click: () => actions.open(target.channel_id, target.id) } }, preview(target, rich)));
  }
  if (message.type !== 19) return null;
  return h("div", { class: "reply" }, h("span", { class: "spine", "aria-hidden": "true" }), h("em", null, "Original message was deleted"));
}

/** The first words of a message, whatever it is made of. */
export function preview(message, rich) {
  const words = message.content || message.embeds?.[0]?.title || message.embeds?.[0]?.description || firstText(message.components);
  return rich.plain(words)?.slice(0, 160) || (message.attachments?.length ? "Click to see attachment" : "Click to see message");
}

function firstText(components = []) {
  for (const component of components) {
    if (component.type === 10) return component.content;
    const inner = firstText(component.components);
    if (inner) return inner;
  }
  return "";
}

function contents(message, context) {
  const { store, rich } = context;
  const parts = [];
  if (message.flags & FLAG.LOADING) parts.push(thinking(nameOf(message.author)));
  else if (message.local) parts.push(local(message));
  else if (message.content) parts.push(rich.text(message.content));
  if (message.edited_timestamp && message.content) parts.at(-1).append(" ", edited(message));
  parts.push(attachmentParts(message));
  if (!(message.flags & FLAG.SUPPRESS_EMBEDS)) parts.push((message.embeds ?? []).map((one) => embed(one, rich)));
  const view = new Components({ store, rich, channel: message.channel_id, pending: context.pending, acts: context.acts });
  parts.push(view.draw(message.components ?? []));
  if (message.edited_timestamp && !message.content) parts.push(edited(message));
  if (message.flags & FLAG.CROSSPOSTED) parts.push(h("div", { class: "published" }, icon("announcement", 14), "Published"));
  parts.push(reactions(message), threadLink(message, context));
  if (context.failed) parts.push(h("p", { class: "failed", role: "alert" }, icon("warning", 16), context.failed));
  if (message.flags & FLAG.EPHEMERAL) parts.push(onlyYou(message, context));
  return parts;
}

/** In V2 messages attachments show only where a component names them. */
function attachmentParts(message) {
  if (!message.attachments?.length || message.flags & FLAG.V2) return null;
  const used = new Set((message.embeds ?? []).flatMap((one) => [one.image?.url, one.thumbnail?.url]));
  return attachments(message.attachments.filter((file) => !used.has(file.url)));
}

function edited(message) {
  const time = new Date(message.edited_timestamp);
  return h("time", { class: "edited", datetime: time.toISOString(), title: full(time) }, "(edited)");
}

function thinking(name) {
  return h("p", { class: "thinking", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${name} is thinking…`);
}

function local(message) {
  if (message.local === "sending") {
    return h("p", { class: "thinking", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), "Sending command…");
  }
  return h("p", { class: "failed", role: "alert" }, icon("warning", 16), message.content);
}

function onlyYou(message, { store }) {
  return h("p", { class: "only-you" }, icon("eye", 16), "Only you can see this · ",
    h("button", { type: "button", class: "text-link", on: { click: () => store.dismiss(message) } }, "Dismiss message"));
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map(({ emoji, count }) =>
    h("span", { class: "reaction" }, `${emoji.name} `, h("span", { class: "count" }, count))));
}

function threadLink(message, { actions }) {
  if (!message.thread) return null;
  return h("button", { type: "button", class: "thread-link", on: { click: () => actions.open(message.thread.id) } },
    icon("thread", 18), h("span", null, message.thread.name), h("span", { class: "thread-open" }, "Open thread ›"));
}
