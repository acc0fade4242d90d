// Classic embeds: https://discord.com/developers/docs/resources/message#embed-object

import { colour, h, safeUrl } from "./dom.js";
import { openable } from "./media.js";
import { messageTime } from "./time.js";

const outward = { target: "_blank", rel: "noreferrer noopener" };

export function embed(data, rich) {
  const body = h("div", { class: "embed-body" },
    data.provider?.name && h("div", { class: "embed-provider" }, data.provider.name),
    data.author?.name && author(data.author),
    data.title && title(data, rich),
    rich.text(data.description, { className: "markdown embed-description" }),
    data.fields?.length > 0 && fields(data.fields, rich));
  const thumb = data.thumbnail?.url && h("div", { class: "embed-thumbnail" },
    openable({ url: data.thumbnail.proxy_url || data.thumbnail.url, width: data.thumbnail.width || 1, height: data.thumbnail.height || 1 }));
  const image = data.image?.url && h("div", { class: "embed-image" },
    openable({ url: data.image.proxy_url || data.image.url, width: data.image.width, height: data.image.height }, { fit: "contain" }));
  const card = h("div", { class: "embed", role: "group", "aria-label": data.title ? `Embed: ${rich.plain(data.title)}` : "Embed" },
    h("div", { class: "embed-top" }, body, thumb), image, footer(data));
  if (data.color) card.style.setProperty("border-left-color", colour(data.color));
  return card;
}

function small(url) {
  const src = safeUrl(url);
  if (!src) return null;
  const image = h("img", { src, alt: "", width: 24, height: 24, loading: "lazy" });
  image.addEventListener("error", () => image.remove());
  return image;
}

function author(data) {
  const href = data.url && safeUrl(data.url);
  return h("div", { class: "embed-author" }, data.icon_url && small(data.icon_url),
    href ? h("a", { href, ...outward }, data.name) : h("span", null, data.name));
}

function title(data, rich) {
  const href = data.url && safeUrl(data.url);
  const words = rich.text(data.title, { tag: "span", blocks: false, className: "" });
  return h("div", { class: "embed-title" }, href ? h("a", { href, ...outward }, words) : words);
}

function fields(list, rich) {
  const grid = h("div", { class: "embed-fields" });
  const rows = [];
  for (const field of list) {
    const row = rows.at(-1);
    if (field.inline && row?.[0].inline && row.length < 3) row.push(field);
    else rows.push([field]);
  }
  for (const row of rows) {
    for (const field of row) {
      grid.append(h("div", { class: "embed-field", style: { "grid-column": `span ${12 / row.length}` } },
        h("div", { class: "embed-field-name" }, rich.text(field.name, { tag: "span", blocks: false, className: "" })),
        rich.text(field.value)));
    }
  }
  return grid;
}

function footer(data) {
  const date = data.timestamp ? new Date(data.timestamp) : null;
  const time = date && !Number.isNaN(date.getTime()) ? messageTime(date) : "";
  if (!data.footer?.text && !time) return null;
  return h("div", { class: "embed-footer" }, data.footer?.icon_url && small(data.footer.icon_url),
    [data.footer?.text, time].filter(Boolean).join(" • "));
}
