// The line at the foot of the page: plain messages, and slash commands with a field per option.

import { act, ask } from "./net.js";
import { avatar, h, icon, uid } from "./dom.js";
import { ListBox } from "./listbox.js";
import { called, flatten, matching, splitOptions, valueOf } from "./commands.js";
import { Suggestions } from "./suggest.js";

const PATIENCE = 150; // ms before "Sending command…" is worth showing

export class Composer {
  constructor({ store, actions, form }) {
    Object.assign(this, { store, actions, form });
    this.channel = null;
    this.entries = [];
    this.command = null; // the entry being filled in
    this.pills = []; // {option, text, value, input, element, error}
    this.focused = null;
    this.suggestions = new Suggestions({ store, show: (items, status) => this.suggested(items, status) });
    this.build();
  }

  build() {
    this.input = h("textarea", { rows: 1, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", maxlength: 2000, autocomplete: "off", enterkeyhint: "send" });
    this.bar = h("div", { class: "composer-bar" });
    this.hint = h("p", { class: "composer-hint", role: "status", id: uid("hint") });
    this.send = h("button", { type: "submit", class: "icon-button send", "aria-label": "Send" }, icon("send", 22));
    this.list = new ListBox({ label: "Suggestions", owner: this.input, onPick: (item) => this.picked(item) });
    this.form.replaceChildren(this.list.element, this.hint, this.bar);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.closeList();
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("focus", () => this.typed());
    this.idle();
  }

  show(channel) {
    this.channel = channel;
    const place = this.store.channels.get(channel);
    const silent = !place || [2, 4, 13, 15, 16].includes(place.type);
    this.form.hidden = silent;
    const name = place?.type === 1 ? `@${place.name}` : `#${place?.name ?? ""}`;
    this.input.placeholder = `Message ${name}`;
    this.input.setAttribute("aria-label", `Message ${name}`);
    this.idle();
    if (!silent) this.learn().catch(() => {});
  }

  /** Reads which commands the viewer may use here. */
  async learn() {
    const { channel } = this;
    const { commands } = await ask("commands", { user: this.store.user, channel });
    if (channel !== this.channel) return;
    this.entries = flatten(commands, this.store.viewer.locale);
    this.store.labels = new Map(this.entries.map(({ name, label }) => [name, label]));
    this.store.say("commands");
  }

  idle(text = "") {
    this.suggestions.stop();
    this.command = null;
    this.pills = [];
    this.focused = null;
    this.bar.replaceChildren(this.input, this.send);
    this.form.classList.remove("commanding");
    this.list.own(this.input);
    this.input.value = text;
    this.say("");
    this.closeList();
    this.grow();
  }

  say(words, wrong = false) {
    this.hint.replaceChildren(...(Array.isArray(words) ? words : [words]).filter(Boolean));
    this.hint.hidden = !words;
    this.hint.classList.toggle("wrong", wrong);
  }

  grow() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 200)}px`);
  }

  closeList() {
    this.suggestions.stop();
    this.list.hide();
  }

  // Choosing a command

  async typed() {
    this.grow();
    this.say("");
    const { value } = this.input;
    if (!/^\/[^\n]*$/.test(value)) {
      this.closeList();
      return;
    }
    if (this.begin(value)) return;
    this.offerCommands();
    if (value === "/" || !this.entries.length) {
      if (!(await this.lookUp())) return;
      if (this.command || !this.input.value.startsWith("/")) return;
      if (!this.begin(this.input.value)) this.offerCommands();
    }
  }

  /** Learns the commands, or says why they can't be read; whether they were. */
  async lookUp() {
    try {
      await this.learn();
      return true;
    } catch (error) {
      this.closeList();
      this.say(error.message, true);
      return false;
    }
  }

  /** "/interviews search " with its space starts the command; what follows fills its options. */
  begin(value) {
    const found = called(this.entries, value);
    if (!found?.complete) return false;
    this.start(found.entry, found.rest);
    return true;
  }

  offerCommands() {
    const found = matching(this.entries, this.input.value);
    const face = () => avatar(this.store.application.bot, 28);
    this.list.list.setAttribute("aria-label", "Commands");
    this.list.show(found.slice(0, 50).map((entry) => ({
      entry, icon: face(), name: `/${entry.label}: ${entry.description}`, description: entry.description, note: this.store.application.name,
      label: h("span", null, `/${entry.label}`, entry.options.filter((option) => option.required).map((option) => h("span", { class: "option-arg" }, option.label))),
    })), { status: found.length ? "" : this.noCommand() });
  }

  noCommand() {
    if (this.entries.length) return "No command of that name. Type / to see them all.";
    return `${this.store.application.name} offers you no commands here. It registers them when it starts.`;
  }

  /** Begins the command of that name, as a press on a command mention does; `rest` fills its options. */
  async compose(name, rest = "") {
    if (!this.entries.some((entry) => entry.name === name)) await this.learn().catch(() => {});
    const entry = this.entries.find((one) => one.name === name);
    if (entry) {
      this.start(entry, rest);
      if (rest) this.send.focus();
    } else {
      this.idle(`/${name}`);
      this.input.focus();
      this.say("That command can't be used here.", true);
    }
  }

  start(entry, rest = "") {
    this.idle();
    this.command = entry;
    this.form.classList.add("commanding");
    const given = splitOptions(rest, entry.options);
    const first = entry.options.find((option) => option.required) ?? (given[""] && entry.options[0]);
    if (first && given[""]) given[first.name] ??= given[""];
    const chip = h("button", { type: "button", class: "command-chip", "aria-label": `/${entry.label}, press to cancel`, on: { click: () => this.cancel() } }, `/${entry.label}`);
    this.more = h("button", { type: "button", class: "more-options", on: { click: () => this.offerOptions() } });
    this.bar.replaceChildren(chip, this.more, this.send);
    for (const option of entry.options) if (option.required || given[option.name]) this.addPill(option, given[option.name] ?? "");
    this.countMore();
    const target = this.pills.find((pill) => !pill.text) ?? this.pills.at(-1);
    if (target) target.input.focus();
    else {
      this.send.focus();
      this.say(this.describe(null));
    }
  }

  cancel() {
    const text = `/${this.command.label}`;
    this.idle(text);
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.typed();
  }

  describe(pill) {
    if (!pill) return [h("b", null, `/${this.command.label}`), ` ${this.command.description}`];
    const { option } = pill;
    return [h("b", null, option.label), ` ${option.description ?? ""}`];
  }

  // The options

  addPill(option, text = "") {
    const input = h("input", { type: "text", size: 1, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-label": option.label, "aria-describedby": this.hint.id, "aria-required": option.required ? "true" : null, autocomplete: "off", autocapitalize: "off", spellcheck: "false", inputmode: option.type === 4 ? "numeric" : null });
    const element = h("label", { class: "pill" }, h("span", { class: "pill-name", "aria-hidden": "true" }, option.label), input);
    const pill = { option, input, element, text, value: null };
    input.value = text;
    this.fit(pill);
    input.addEventListener("input", () => this.filled(pill));
    input.addEventListener("focus", () => this.entered(pill));
    this.bar.insertBefore(element, this.more);
    this.pills.push(pill);
    return pill;
  }

  fit(pill) {
    // Hangul and other wide letters take two columns.
    const width = [...pill.input.value].reduce((sum, char) => sum + (char.codePointAt(0) > 0x2e7f ? 2 : 1), 0);
    pill.input.size = Math.min(Math.max(width + 1, 2), 60);
  }

  unused() {
    return this.command.options.filter((option) => !this.pills.some((pill) => pill.option === option));
  }

  countMore() {
    const count = this.unused().length;
    this.more.hidden = !count;
    this.more.textContent = `+${count} optional`;
    this.more.setAttribute("aria-label", `${count} optional ${count === 1 ? "option" : "options"}`);
  }

  offerOptions() {
    this.focused = null;
    this.say(this.describe(null));
    this.list.own(this.more);
    this.list.list.setAttribute("aria-label", "Optional options");
    this.list.show(this.unused().map((option) => ({ option, label: option.label, name: option.label, description: option.description })));
  }

  entered(pill) {
    this.focused = pill;
    this.list.own(pill.input);
    this.list.list.setAttribute("aria-label", pill.option.label);
    this.say(pill.error ? [h("b", null, pill.option.label), ` ${pill.error}`] : this.describe(pill), Boolean(pill.error));
    if (pill.value === null) this.suggest(pill);
    else this.closeList();
  }

  filled(pill) {
    pill.text = pill.input.value;
    pill.value = null;
    this.blame(pill, "");
    this.fit(pill);
    if (this.jumped(pill)) return;
    this.say(this.describe(pill));
    this.suggest(pill);
  }

  /** "love year:" typed into one option goes on in the option `year`. */
  jumped(pill) {
    const next = this.unused().find((option) => pill.text.endsWith(` ${option.label}:`));
    if (!next) return false;
    pill.text = pill.text.slice(0, -(next.label.length + 2)).trimEnd();
    pill.input.value = pill.text;
    this.fit(pill);
    this.addPill(next).input.focus();
    this.countMore();
    return true;
  }

  suggest(pill) {
    this.suggestions.offer(pill, { channel: this.channel, name: this.command.name, others: this.others(pill) });
  }

  others(pill) {
    const values = {};
    for (const other of this.pills) {
      const { value } = other === pill ? {} : valueOf(other);
      if (value !== undefined) values[other.option.name] = value;
    }
    return values;
  }

  /** `items` null: still loading, the ones shown may stay. */
  suggested(items, status) {
    if (!this.focused || document.activeElement !== this.focused.input) return;
    this.list.show(items ?? (this.list.items[0]?.suggestion ? this.list.items : []), { status });
    for (const item of items ?? []) item.suggestion = true;
  }

  picked(item) {
    if (item.entry) this.start(item.entry);
    else if (item.option && !this.focused) {
      this.addPill(item.option).input.focus();
      this.countMore();
    } else if (this.focused) {
      const pill = this.focused;
      Object.assign(pill, { text: item.label, value: item.value });
      pill.input.value = item.label;
      this.blame(pill, "");
      this.fit(pill);
      this.closeList();
      const next = this.pills.find((one) => !one.text);
      if (next) next.input.focus();
      else pill.input.setSelectionRange(item.label.length, item.label.length);
    }
  }

  blame(pill, words) {
    pill.error = words;
    pill.element.classList.toggle("wrong", Boolean(words));
    pill.input.setAttribute("aria-invalid", String(Boolean(words)));
  }

  remove(pill) {
    const place = this.pills.indexOf(pill);
    this.pills.splice(place, 1);
    pill.element.remove();
    this.countMore();
    (this.pills[Math.max(place - 1, 0)]?.input ?? this.send).focus();
  }

  // Keys

  key(event) {
    if (event.isComposing) return; // Hangul being put together: Enter and arrows are the editor's
    const handler = { ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1), Enter: () => this.enter(event), Tab: () => this.tab(event), Escape: () => this.escape(), Backspace: () => this.backspace(event) }[event.key];
    if (handler?.()) event.preventDefault();
  }

  step(by) {
    if (!this.list.open) return false;
    this.list.move(by);
    return true;
  }

  enter(event) {
    if (event.target.tagName === "BUTTON" && !(this.list.open && event.target === this.more)) return false;
    if (this.list.current() && !(this.focused && this.optionalEmpty(this.focused))) return this.list.pick();
    if (event.target === this.input && event.shiftKey) return false;
    this.submit();
    return true;
  }

  /** An optional field left empty: Enter means "send", not "take the first suggestion". */
  optionalEmpty(pill) {
    return !pill.option.required && !pill.text && this.list.active <= 0;
  }

  tab(event) {
    if (event.shiftKey || !this.list.current() || event.target === this.send) return false;
    if (this.focused && (!this.focused.text || this.focused.value !== null)) return false;
    return this.list.pick();
  }

  escape() {
    if (this.list.open) this.closeList();
    else if (this.command) this.cancel();
    else return false;
    return true;
  }

  backspace(event) {
    const pill = this.pills.find((one) => one.input === event.target);
    if (!pill || pill.input.value) return false;
    if (!pill.option.required) this.remove(pill);
    else if (pill === this.pills[0]) this.cancel();
    else this.pills[this.pills.indexOf(pill) - 1].input.focus();
    return true;
  }

  // Sending

  submit() {
    if (this.command) this.run();
    else this.speak();
  }

  async speak() {
    const text = this.input.value.trim();
    if (!text) return;
    if (text.startsWith("/")) {
      if (!this.entries.length) {
        if (!(await this.lookUp())) return;
        // What was typed has become the command meanwhile, or was changed.
        if (this.command) this.run();
        if (this.input.value.trim() !== text) return;
      }
      const found = called(this.entries, text);
      if (!found) this.say(this.noCommand(), true);
      else this.start(found.entry, found.rest);
      if (found?.complete) this.run();
      return;
    }
    this.idle();
    try {
      await act({ kind: "message", user: this.store.user, channel: this.channel, content: text });
    } catch (error) {
      if (!this.input.value) this.idle(text);
      this.say(error.message, true);
    }
  }

  async run() {
    const results = this.pills.map((pill) => [pill, valueOf(pill)]);
    const wrong = results.filter(([, result]) => result.error);
    for (const [pill, result] of results) this.blame(pill, result.error ?? "");
    if (wrong.length) {
      wrong[0][0].input.focus();
      this.entered(wrong[0][0]);
      this.closeList();
      return;
    }
    const options = Object.fromEntries(results.filter(([, result]) => "value" in result).map(([pill, result]) => [pill.option.name, result.value]));
    const { command, channel } = this;
    this.idle();
    this.input.focus();
    this.closeList();
    const note = this.actions.note(channel, command.name);
    const timer = setTimeout(() => note.show("sending"), PATIENCE);
    try {
      const result = await act({ kind: "command", user: this.store.user, channel, command: command.name, options });
      note.remove();
      if (result.modal) this.actions.modal(result.modal);
    } catch (error) {
      note.show("failed", error.message);
    } finally {
      clearTimeout(timer);
    }
  }
}
