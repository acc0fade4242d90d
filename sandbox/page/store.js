// What the viewer can see: guilds, channels, people, messages. Holds Discord's own JSON objects,
// applies gateway-shaped events to them, and says "changed" so that views draw themselves anew.

import { ask } from "./net.js";
import { timesIn } from "./time.js";

const PAGE = 50;
const STRUCTURE = /^(GUILD|CHANNEL|THREAD|USER|PAGE)_(?!MESSAGE)/;
const FLAG_EPHEMERAL = 64;

const byId = (a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

export class Store extends EventTarget {
  constructor(user) {
    super();
    this.user = user;
    this.viewer = null;
    this.people = [];
    this.application = null;
    this.drafts = null; // interviews left to publish; null without a magazine
    this.labels = new Map(); // command name -> what the viewer's language calls it
    this.guilds = new Map();
    this.channels = new Map();
    this.users = new Map();
    this.dms = [];
    this.messages = new Map(); // channel id -> messages, oldest first
    this.complete = new Set(); // channels read back to their beginning
    this.unread = new Map(); // channel id -> number of pings among the unread
    this.dismissed = new Set();
    this.open = null;
    this.refreshing = null;
  }

  say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Reads users, guilds and channels anew, and the messages of every channel seen so far. */
  async refresh({ messages = true } = {}) {
    const state = await ask("state", { user: this.user });
    this.viewer = state.viewer;
    timesIn(state.viewer.locale);
    this.user = state.viewer.id;
    this.people = state.people;
    this.application = state.application;
    this.drafts = state.drafts;
    this.guilds = new Map(state.guilds.map((guild) => [guild.id, guild]));
    this.dms = state.dms;
    this.channels = new Map();
    for (const user of [state.viewer, ...state.people, state.application.bot]) this.users.set(user.id, user);
    for (const guild of state.guilds) {
      for (const channel of [...guild.channels, ...guild.threads]) {
        this.channels.set(channel.id, { ...channel, guild_id: guild.id });
      }
      for (const member of guild.members) this.users.set(member.user.id, member.user);
    }
    for (const dm of state.dms) this.channels.set(dm.id, { ...dm, name: this.dmName(dm) });
    if (messages) {
      const seen = [...this.messages.keys()].filter((id) => this.channels.has(id));
      this.messages.clear();
      this.complete.clear();
      await Promise.all(seen.map((id) => this.load(id)));
    }
    this.say("structure");
  }

  refreshSoon() {
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => this.refresh({ messages: false }).catch(() => {}), 60);
  }

  dmName(dm) {
    const other = dm.recipients?.find((user) => user.id !== this.user) ?? this.application.bot;
    this.users.set(other.id, other);
    return other.global_name || other.username;
  }

  /** The newest messages of a channel, once. */
  async load(channel) {
    if (this.messages.has(channel)) return;
    this.messages.set(channel, []);
    await this.fetch(channel, null);
  }

  async loadBefore(channel) {
    const first = this.messages.get(channel)?.[0];
    if (first && !this.complete.has(channel)) await this.fetch(channel, first.id);
  }

  async fetch(channel, before) {
    const { messages } = await ask("messages", { user: this.user, channel, before, limit: PAGE });
    if (messages.length < PAGE) this.complete.add(channel);
    for (const message of messages) this.insert(message);
    this.say("messages", { channel });
  }

  insert(message) {
    for (const user of [message.author, ...(message.mentions ?? [])]) this.users.set(user.id, user);
    if (this.dismissed.has(message.id)) return;
    const list = this.messages.get(message.channel_id);
    if (!list) return;
    const place = list.findIndex((known) => known.id === message.id);
    if (place >= 0) list[place] = { ...list[place], ...message };
    else if (!list.length || byId(list.at(-1), message) < 0) list.push(message);
    else {
      list.push(message);
      list.sort(byId);
    }
  }

  remove(channel, ids) {
    const list = this.messages.get(channel);
    if (!list) return;
    this.messages.set(channel, list.filter((message) => !ids.includes(message.id)));
    this.say("messages", { channel });
  }

  dismiss(message) {
    this.dismissed.add(message.id);
    this.remove(message.channel_id, [message.id]);
  }

  /** The answer to a command of that name, where one came after the message `id`. */
  answerTo(name, channel, id) {
    return this.messages.get(channel)?.find((one) => !one.local && one.interaction_metadata?.name === name && byId({ id }, one) < 0);
  }

  /** An answer may come before the page hears that the command is through: its note goes at once. */
  settle(channel) {
    const list = this.messages.get(channel) ?? [];
    const done = list.filter((one) => one.local === "sending" && this.answerTo(one.interaction_metadata.name, channel, one.id));
    if (done.length) this.remove(channel, done.map((one) => one.id));
  }

  apply(name, data) {
    if (name === "MESSAGE_CREATE") {
      this.insert(data);
      this.settle(data.channel_id);
      this.mark(data);
      this.say("messages", { channel: data.channel_id, arrived: data.id });
    } else if (name === "MESSAGE_UPDATE") {
      if (this.find(data.channel_id, data.id)) this.insert(data);
      this.say("messages", { channel: data.channel_id, changed: data.id });
    } else if (name === "MESSAGE_DELETE") this.remove(data.channel_id, [data.id]);
    else if (name === "MESSAGE_DELETE_BULK") this.remove(data.channel_id, data.ids);
    else if (STRUCTURE.test(name)) this.refreshSoon();
  }

  mark(message) {
    if (!this.channels.has(message.channel_id)) this.refreshSoon();
    if (message.channel_id === this.open && !document.hidden) return;
    if (message.author.id === this.user || message.channel_id === this.open) return;
    const pings = this.unread.get(message.channel_id) ?? 0;
    const channel = this.channels.get(message.channel_id);
    // The first direct message comes before the page knows its channel.
    const direct = channel ? channel.type === 1 : !message.guild_id;
    this.unread.set(message.channel_id, pings + Number(direct || this.pinged(message)));
    this.say("unread");
  }

  /** Whether the message pings the viewer: by name, by a role, or everyone. */
  pinged(message) {
    if (message.mention_everyone || message.mentions?.some((user) => user.id === this.user)) return true;
    if (!message.mention_roles?.length) return false;
    const guild = this.guilds.get(this.channels.get(message.channel_id)?.guild_id);
    const roles = guild?.members.find((member) => member.user.id === this.user)?.roles ?? [];
    return message.mention_roles.some((role) => roles.includes(role));
  }

  find(channel, id) {
    return this.messages.get(channel)?.find((message) => message.id === id);
  }

  ephemeral(message) {
    return Boolean(message.flags & FLAG_EPHEMERAL);
  }

  guildOf(channel) {
    return this.guilds.get(this.channels.get(channel)?.guild_id) ?? null;
  }

  role(id) {
    for (const guild of this.guilds.values()) {
      const role = guild.roles.find((one) => one.id === id);
      if (role) return role;
    }
    return null;
  }

  userName(id) {
    const user = this.users.get(id);
    return user ? user.global_name || user.username : "unknown-user";
  }

  /** The colour of a member's highest coloured role, as Discord shows names. */
  nameColour(guild, id) {
    const member = guild?.members.find((one) => one.user.id === id);
    const coloured = guild?.roles.filter((role) => role.color && member?.roles.includes(role.id)) ?? [];
    return coloured.sort((a, b) => b.position - a.position)[0]?.color ?? 0;
  }
}
