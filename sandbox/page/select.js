// Select menus, in messages and in modals: a button that opens a list over the page.

import { avatar, colour, h, icon, uid } from "./dom.js";
import { ListBox } from "./listbox.js";
import { channelIcon, partialEmoji } from "./rich.js";

const STRING = 3;
const SEARCH_FROM = 10;

/** What a select offers: its own options, or users, roles and channels of the guild. */
export function selectOptions(component, store, channel) {
  if (component.type === STRING) {
    return (component.options ?? []).map((option) => ({
      value: option.value, label: option.label, description: option.description,
      icon: partialEmoji(option.emoji), chosen: Boolean(option.default),
    }));
  }
  const chosen = new Set((component.default_values ?? []).map((value) => value.id));
  return entities(component, store, channel).map((item) => ({ ...item, chosen: chosen.has(item.value) }));
}

function entities(component, store, channel) {
  const { type } = component;
  const guild = store.guildOf(channel);
  const users = type === 5 || type === 7 ? userItems(store, channel) : [];
  const roles = type === 6 || type === 7 ? roleItems(guild) : [];
  if (type === 8) return channelItems(guild, component.channel_types);
  return [...users, ...roles];
}

export function userItems(store, channel) {
  const guild = store.guildOf(channel);
  const users = guild ? guild.members.map((member) => member.user) : store.channels.get(channel)?.recipients ?? [];
  return users.map((user) => ({
    value: user.id, label: user.global_name || user.username, description: user.username, icon: avatar(user, 24),
  }));
}

export function roleItems(guild) {
  return (guild?.roles ?? []).toSorted((a, b) => b.position - a.position).map((role) => {
    const dot = h("span", { class: "role-dot", "aria-hidden": "true" });
    if (role.color) dot.style.setProperty("background-color", colour(role.color));
    return { value: role.id, label: role.name, icon: dot };
  });
}

export function channelItems(guild, types) {
  const all = [...(guild?.channels ?? []), ...(guild?.threads ?? [])];
  const wanted = types?.length ? all.filter((channel) => types.includes(channel.type)) : all;
  return wanted.map((channel) => ({
    value: channel.id, label: channel.name, icon: icon(channelIcon(channel), 20),
    note: guild.channels.find((parent) => parent.id === channel.parent_id)?.name,
  }));
}

/**
 * The control. `onChange(values)` is called when the person has chosen: at once where one value
 * is asked for, at closing where several are. `label` names it for those who can't see it.
 */
export function select(component, { store, channel, label, disabled = false, pending = false, onChange }) {
  const options = selectOptions(component, store, channel);
  const most = component.max_values ?? 1;
  const least = component.min_values ?? 1;
  const placeholder = component.placeholder || "Make a selection";
  let chosen = options.filter((option) => option.chosen);
  let before = chosen;

  const shown = h("span", { class: "select-value" });
  const button = h("button", {
    type: "button", class: "select", role: "combobox", id: uid("select"), "aria-haspopup": "listbox", "aria-expanded": "false",
    "aria-label": label || placeholder, "aria-busy": pending ? "true" : null, disabled: disabled || pending,
    dataset: { id: component.custom_id },
  }, shown, pending ? h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")) : icon("caret", 20));
  const search = h("input", { class: "select-search", type: "search", "aria-label": `Search ${label || placeholder}`, role: "combobox", placeholder: "Search", autocomplete: "off" });
  const box = new ListBox({ label: label || placeholder, owner: button, multiple: most > 1, onPick: picked });
  const many = options.length > SEARCH_FROM;
  if (many) box.element.prepend(search);
  const hint = most > 1 && h("p", { class: "list-status" }, `Choose ${least === most ? most : `${least} to ${most}`}. The choice is sent when the list closes.`);
  if (hint) box.element.append(hint);
  const wrapper = h("div", { class: "select-box" }, button, box.element);

  function draw() {
    shown.classList.toggle("placeholder", !chosen.length);
    shown.replaceChildren(...(chosen.length
      ? chosen.map((option) => h("span", { class: most > 1 ? "chip" : "single" }, option.icon?.cloneNode(true), h("span", null, option.label)))
      : [placeholder]));
  }

  function offer(active) {
    const wanted = search.value.trim().toLowerCase();
    const found = options.filter((option) => !wanted || option.label.toLowerCase().includes(wanted));
    const items = found.map((option) => ({
      ...option, selected: chosen.includes(option), option,
      note: chosen.includes(option) ? icon("check", 18) : option.note,
    }));
    box.show(items, { status: items.length ? "" : "Nothing found.", active: active ?? Math.max(0, found.indexOf(chosen[0])) });
  }

  function open() {
    before = chosen;
    search.value = "";
    box.own(button);
    offer();
    wrapper.classList.add("open");
    const room = wrapper.getBoundingClientRect();
    wrapper.classList.toggle("upward", room.bottom + 320 > innerHeight && room.top > 320);
    document.addEventListener("pointerdown", outside, true);
    // On a touch screen the keyboard would cover half the list: there one presses the field first.
    if (many && matchMedia("(pointer: fine)").matches) search.focus({ preventScroll: true });
    button.setAttribute("aria-expanded", "true");
  }

  function close(send = true) {
    if (!box.open) return;
    box.hide();
    button.setAttribute("aria-expanded", "false");
    wrapper.classList.remove("open");
    document.removeEventListener("pointerdown", outside, true);
    if (wrapper.contains(document.activeElement)) button.focus({ preventScroll: true });
    if (!send) chosen = before;
    draw();
    const changed = chosen.length !== before.length || chosen.some((option) => !before.includes(option));
    if (send && changed && chosen.length >= least) onChange(chosen.map((option) => option.value));
    else if (changed && chosen.length < least) {
      chosen = before;
      draw();
    }
  }

  function outside(event) {
    if (!wrapper.contains(event.target)) close();
  }

  function picked({ option }) {
    if (most === 1) {
      // The same choice again is a new choice: a menu may lead to where one already was.
      if (chosen[0] === option) before = [];
      chosen = [option];
      close();
      return;
    }
    if (chosen.includes(option)) chosen = chosen.filter((one) => one !== option);
    else if (chosen.length < most) chosen = [...chosen, option];
    offer(box.active);
  }

  function key(event) {
    if (!box.open) {
      if (["ArrowDown", "ArrowUp"].includes(event.key)) {
        event.preventDefault();
        open();
      }
      return;
    }
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key]) box.move(steps[event.key]);
    else if (event.key === "Enter" || (event.key === " " && event.target === button)) box.pick();
    else if (event.key === "Escape") close(most > 1);
    else if (event.key === "Tab") {
      close();
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  button.addEventListener("click", () => (box.open ? close() : open()));
  wrapper.addEventListener("keydown", key);
  search.addEventListener("input", () => offer(0));
  search.addEventListener("focus", () => box.own(search));
  draw();
  return { element: wrapper, button, values: () => chosen.map((option) => option.value) };
}
