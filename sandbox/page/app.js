// The page's composition root: builds the views, follows the address, listens to the sandbox.

import { act, listen } from "./net.js";
import { h, icon } from "./dom.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { channelIcon, Rich, tickTimestamps } from "./rich.js";
import { readable, Sidebar } from "./sidebar.js";
import { showModal } from "./modal.js";
import { Store } from "./store.js";
import { theme, toggle } from "./theme.js";
import { Welcome } from "./welcome.js";

const $ = (id) => document.getElementById(id);
const DISCORD_EPOCH = 1420070400000;

const store = new Store(new URLSearchParams(location.search).get("user") ?? "");

const actions = {
  /** Opens a channel, and in it a message; `stay` keeps the drawer open. */
  open(channel, message = null, { stay = false } = {}) {
    const hash = `#/${channel}${message ? `/${message}` : ""}`;
    if (location.hash === hash) route();
    else location.hash = hash;
    if (!stay) drawer(false);
  },
  compose: (name, rest) => composer.compose(name, rest),
  modal(modal) {
    showModal(modal, { store, rich, channel: store.open, onResult: (result) => result.modal && actions.modal(result.modal) });
  },
  /** Opens the direct messages with the bot. */
  async write() {
    try {
      const { channel } = await act({ kind: "dm", user: store.user });
      await store.refresh({ messages: false });
      actions.open(channel);
    } catch (error) {
      banner(error.message);
    }
  },
  /** Sees Discord in another language from now on. */
  async speak(locale) {
    await act({ kind: "locale", user: store.user, locale });
    location.reload();
  },
  become(user) {
    const query = new URLSearchParams(location.search);
    query.set("user", user);
    location.assign(`?${query}${location.hash}`);
  },
  /** A note that only this page knows: a command on its way, or that failed. */
  note(channel, name) {
    const id = String((BigInt(Date.now() - DISCORD_EPOCH) << 22n) + BigInt(notes++ % 4096));
    return {
      show(local, content = "") {
        if (local === "sending" && store.answerTo(name, channel, id)) return;
        const message = { id, channel_id: channel, author: store.application.bot, timestamp: new Date().toISOString(), flags: 64, type: 20, local, content, interaction_metadata: { name, user: store.viewer } };
        store.insert(message);
        store.say("messages", { channel, arrived: id });
      },
      remove: () => store.remove(channel, [id]),
    };
  },
};
let notes = 0;

const rich = new Rich(store, actions);
const log = new Log({ store, rich, actions, scroller: $("scroller"), list: $("log"), latest: $("latest") });
const sidebar = new Sidebar({ store, actions, rail: $("rail"), title: $("guild-name"), channels: $("channels"), me: $("me") });
const composer = new Composer({ store, actions, form: $("composer") });
const welcome = new Welcome({ store, actions, strip: $("welcome"), opener: $("about"), form: $("composer") });

function drawTheme() {
  $("theme").setAttribute("aria-pressed", String(theme() === "light"));
  $("theme").replaceChildren(icon(theme() === "light" ? "moon" : "sun", 22));
}
$("theme").addEventListener("click", toggle);
addEventListener("theme", drawTheme);
drawTheme();

// The drawer of the phone

const narrow = matchMedia("(max-width: 759px)");

/** Who one is and in which language stays in sight while the drawer is shut. */
function fit() {
  if (narrow.matches) $("top").after($("me"));
  else $("sidebar").append($("me"));
  drawer(false);
}

function drawer(open) {
  document.body.classList.toggle("drawer-open", open);
  $("open-drawer").setAttribute("aria-expanded", String(open));
  $("drawer").inert = narrow.matches && !open;
  $("main").inert = narrow.matches && open;
  if (narrow.matches && open) $("channels").querySelector(".current, a")?.focus();
}

$("open-drawer").append(icon("menu", 24));
$("open-drawer").addEventListener("click", () => drawer(!document.body.classList.contains("drawer-open")));
$("backdrop").addEventListener("click", () => drawer(false));
$("channels").addEventListener("click", (event) => event.target.closest("a") && drawer(false));
narrow.addEventListener("change", fit);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.body.classList.contains("drawer-open")) return;
  drawer(false);
  $("open-drawer").focus();
});

// Where one is

function firstChannel() {
  for (const guild of store.guilds.values()) {
    const [channel] = readable(guild);
    if (channel) return channel.id;
  }
  return store.dms[0]?.id ?? null;
}

function route() {
  const [asked, message] = location.hash.replace(/^#\//, "").split("/");
  const channel = store.channels.has(asked) ? asked : firstChannel();
  if (!channel) {
    nowhere();
    return;
  }
  const moved = channel !== store.open;
  store.open = channel;
  store.unread.delete(channel);
  sidebar.show(channel);
  head(channel);
  if (moved) {
    composer.show(channel);
    log.show(channel).then(() => message && log.reveal(message), (error) => banner(error.message));
  } else if (message) log.reveal(message);
  welcome.draw();
}

function nowhere() {
  store.open = null;
  sidebar.show(null);
  $("channel-title").replaceChildren(h("h1", null, "Nothing to see yet"));
  $("log").replaceChildren(h("p", { class: "empty" }, `${store.viewer.username} can see no channel. Choose somebody else at the lower left, or add a channel to the sandbox.`));
  $("composer").hidden = true;
}

function head(id) {
  const channel = store.channels.get(id);
  const parent = store.channels.get(channel.parent_id);
  const isThread = [10, 11, 12].includes(channel.type);
  $("channel-title").replaceChildren(
    icon(channelIcon(channel), 24),
    h("h1", null, isThread && parent && h("a", { class: "parent", href: `#/${parent.id}` }, `${parent.name} › `), channel.name),
    ...(channel.topic ? [h("p", { class: "topic", title: rich.plain(channel.topic) }, rich.text(channel.topic, { tag: "span", blocks: false, className: "" }))] : []),
  );
  $("log").setAttribute("aria-label", `Messages in ${channel.name}`);
  document.title = `${channel.type === 1 ? "@" : "#"}${channel.name} · ${store.guildOf(id)?.name ?? store.application.name} · Sandbox`;
}

function banner(words) {
  $("banner").textContent = words;
  $("banner").hidden = !words;
}

// Life

store.addEventListener("structure", () => {
  document.body.dataset.ready = "true";
  if (!location.hash && firstChannel()) history.replaceState(null, "", `#/${firstChannel()}`);
  route();
});
addEventListener("hashchange", route);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && store.unread.delete(store.open)) sidebar.draw();
});
setInterval(() => tickTimestamps(document), 30_000);

let early = []; // events that arrive while the state is being read
listen(store.user, {
  async onReady() {
    early = early ?? [];
    try {
      await store.refresh();
      banner("");
    } catch (error) {
      banner(error.message);
    }
    const waiting = early;
    early = null;
    for (const [name, data] of waiting) store.apply(name, data);
  },
  onEvent(name, data) {
    if (early) early.push([name, data]);
    else store.apply(name, data);
  },
  onStatus(connected) {
    if (!connected) banner("Connection to the sandbox lost. Trying again…");
    else if (document.body.dataset.ready) banner("");
  },
});
fit();
