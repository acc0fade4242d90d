// What a slash command's option offers while one types: choices, people, channels, the bot's own.

import { act } from "./net.js";
import { channelItems, roleItems, userItems } from "./select.js";

const DEBOUNCE = 150; // ms of quiet before the bot is asked
const SHOWN = 25;

/**
 * The suggestions of the option that is being typed. `show(items, status)` is called as they come;
 * answers that arrive after the next keystroke are dropped.
 */
export class Suggestions {
  constructor({ store, show }) {
    this.store = store;
    this.show = show;
    this.turn = 0;
    this.timer = 0;
  }

  stop() {
    this.turn += 1;
    clearTimeout(this.timer);
  }

  /** `pill` is {option, text}; `others` the values given so far, by option name. */
  offer(pill, { channel, name, others }) {
    this.stop();
    const { option } = pill;
    if (option.autocomplete) this.ask(pill, { channel, name, others });
    else {
      const items = this.fixed(option, channel);
      if (items) this.filtered(items, pill.text);
      else this.show([], "");
    }
  }

  fixed(option, channel) {
    const guild = this.store.guildOf(channel);
    if (option.choices?.length) return option.choices.map((choice) => ({ label: choice.name, value: choice.value }));
    if (option.type === 5) return [{ label: "True", value: true }, { label: "False", value: false }];
    if (option.type === 6) return prefixed(userItems(this.store, channel), "@");
    if (option.type === 7) return prefixed(channelItems(guild, option.channel_types), "#");
    if (option.type === 8) return prefixed(roleItems(guild), "@");
    if (option.type === 9) return prefixed([...userItems(this.store, channel), ...roleItems(guild)], "@");
    return null;
  }

  filtered(items, text) {
    const wanted = text.trim().toLowerCase().replace(/^[@#]/, "");
    const found = items.filter((item) => item.label.toLowerCase().replace(/^[@#]/, "").includes(wanted));
    this.show(found.slice(0, SHOWN), found.length ? "" : "Nothing of that name here.");
  }

  ask(pill, { channel, name, others }) {
    const turn = this.turn;
    this.show(null, "Loading options…");
    this.timer = setTimeout(async () => {
      try {
        const { choices } = await act({
          kind: "autocomplete", user: this.store.user, channel, command: name, focused: pill.option.name,
          options: { ...others, [pill.option.name]: pill.text },
        });
        if (turn !== this.turn) return;
        this.show(choices.map((choice) => ({ label: choice.name, value: choice.value })), choices.length ? "" : "No options match your search.");
      } catch (error) {
        if (turn === this.turn) this.show([], `Loading options failed. ${error.message}`);
      }
    }, DEBOUNCE);
  }
}

const prefixed = (items, sign) => items.map((item) => ({ ...item, label: item.label.startsWith(sign) ? item.label : sign + item.label }));
