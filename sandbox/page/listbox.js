// A popup list of choices, steered by the keyboard of whatever input or button owns it.

import { h, uid } from "./dom.js";

/**
 * `items` are {label, description, note, icon, value, selected, heading}. The owner keeps the
 * focus; the active option is told by aria-activedescendant (WAI-ARIA APG, combobox).
 */
export class ListBox {
  constructor({ label, owner, onPick, multiple = false }) {
    this.owner = owner;
    this.onPick = onPick;
    this.items = [];
    this.active = -1;
    this.list = h("ul", { role: "listbox", id: uid("list"), "aria-label": label, "aria-multiselectable": multiple ? "true" : null });
    this.status = h("p", { class: "list-status", role: "status" });
    this.element = h("div", { class: "list-popup", hidden: true }, this.list, this.status);
    // A press must not take the focus from the owner, or its blur would close the list first.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.list.addEventListener("mousemove", (event) => this.hovered(event));
    if (owner) this.own(owner);
  }

  own(owner) {
    this.owner?.removeAttribute("aria-activedescendant");
    this.owner = owner;
    owner.setAttribute("aria-controls", this.list.id);
    owner.setAttribute("aria-expanded", String(!this.element.hidden));
  }

  get open() {
    return !this.element.hidden;
  }

  /** Shows `items`; with none, the words of `status`; with neither, nothing at all. */
  show(items, { status = "", active = 0 } = {}) {
    this.items = items;
    this.list.replaceChildren(...items.map((item, index) => this.option(item, index)));
    this.list.hidden = !items.length;
    this.status.textContent = status;
    this.status.hidden = !status;
    this.element.hidden = !items.length && !status;
    this.owner?.setAttribute("aria-expanded", String(this.open));
    this.activate(Math.min(active, items.length - 1));
    if (this.active < 1) this.list.scrollTop = 0;
  }

  hide() {
    this.show([]);
  }

  option(item, index) {
    return h("li", {
      role: "option", id: `${this.list.id}-${index}`, class: item.className, dataset: { index },
      "aria-selected": String(Boolean(item.selected)), "aria-label": item.name,
    }, item.icon, h("span", { class: "option-text" },
      h("span", { class: "option-label" }, item.label),
      item.description && h("span", { class: "option-description" }, item.description)),
    item.note && h("span", { class: "option-note" }, item.note));
  }

  activate(index) {
    this.list.children[this.active]?.classList.remove("active");
    this.active = index;
    const option = this.list.children[index];
    if (!option) {
      this.owner?.removeAttribute("aria-activedescendant");
      return;
    }
    option.classList.add("active");
    this.owner?.setAttribute("aria-activedescendant", option.id);
    const above = option.offsetTop - this.list.scrollTop;
    if (above < 0) this.list.scrollTop = option.offsetTop;
    else if (above + option.offsetHeight > this.list.clientHeight) {
      this.list.scrollTop = option.offsetTop + option.offsetHeight - this.list.clientHeight;
    }
  }

  move(step) {
    if (!this.items.length) return;
    this.activate((this.active + step + this.items.length) % this.items.length);
  }

  current() {
    return this.open ? this.items[this.active] : undefined;
  }

  pick(index = this.active) {
    const item = this.items[index];
    if (item) this.onPick(item);
    return Boolean(item);
  }

  clicked(event) {
    const option = event.target.closest("[role=option]");
    if (option) this.pick(Number(option.dataset.index));
  }

  hovered(event) {
    const option = event.target.closest("[role=option]");
    const index = option ? Number(option.dataset.index) : -1;
    if (index >= 0 && index !== this.active) this.activate(index);
  }
}
