// The colors of style/tokens.css as the browser makes them: text is readable on whatever it stands on (WCAG 2, AA).

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";

const surfaces = ["canvas", "surface", "raised", "hover"];

/** Text: 4.5 to 1. */
const texts: [text: string, on: string[]][] = [
  ["ink", [...surfaces, "pressed", "accent-tint", "ok-tint", "warn-tint", "danger-tint", "quiet-tint"]],
  ["ink-2", [...surfaces, "pressed", "quiet-tint"]],
  ["ink-3", surfaces],
  ["accent", [...surfaces, "accent-tint"]],
  ["accent-strong", [...surfaces, "accent-tint"]],
  ["ok", [...surfaces, "ok-tint"]],
  ["warn", [...surfaces, "warn-tint"]],
  ["danger", [...surfaces, "danger-tint"]],
  ["on-accent", ["accent-solid", "accent-solid-hover", "danger-solid", "danger-solid-hover"]],
];

/** What is no text but has to be seen: 3 to 1. */
const shapes: [shape: string, on: string[]][] = [
  ["line-field", ["canvas", "surface", "raised"]],
  ["focus", surfaces],
  ["accent-fill", ["surface"]],
  ["warn-fill", ["surface"]],
];

async function contrasts(page: Page, pairs: [string, string[]][]): Promise<{ pair: string; contrast: number }[]> {
  return page.evaluate((pairs) => {
    const probe = document.body.appendChild(document.createElement("span"));
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    if (!brush) {
      throw new Error("no canvas");
    }
    const luminance = (token: string): number => {
      probe.style.color = `var(--${token})`;
      brush.fillStyle = getComputedStyle(probe).color;
      brush.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...brush.getImageData(0, 0, 1, 1).data].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
    };
    return pairs.flatMap(([token, on]) =>
      on.map((below) => {
        const [darker = 0, lighter = 0] = [luminance(token), luminance(below)].sort((one, other) => one - other);
        return { pair: `${token} on ${below}`, contrast: (lighter + 0.05) / (darker + 0.05) };
      }),
    );
  }, pairs);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`text and shapes stand out, ${colorScheme}`, async ({ page, loginPage }) => {
    await page.emulateMedia({ colorScheme });
    await loginPage.goto();
    const known = await contrasts(page, [["on-accent", ["on-accent"]], ["ink", ["surface"]]]);
    expect(known[0]?.contrast).toBe(1);
    expect(known[1]?.contrast).toBeGreaterThan(10);
    const weak = [
      ...(await contrasts(page, texts)).filter(({ contrast }) => contrast < 4.5),
      ...(await contrasts(page, shapes)).filter(({ contrast }) => contrast < 3),
    ];
    expect(weak).toEqual([]);
  });
}
