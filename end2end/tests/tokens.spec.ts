// Contrast of the color tokens in style/tokens.css as the browser renders them (WCAG 2, level AA).

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";

const surfaces = ["canvas", "surface", "raised", "hover"];

/** Text and its backgrounds: at least 4.5 to 1. */
const texts: [text: string, backgrounds: string[]][] = [
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

/** Graphics and their backgrounds: at least 3 to 1. */
const shapes: [shape: string, backgrounds: string[]][] = [
  ["line-field", ["canvas", "surface", "raised"]],
  ["focus", surfaces],
  ["accent-fill", ["surface"]],
  ["warn-fill", ["surface"]],
];

async function measureContrasts(page: Page, pairs: [string, string[]][]): Promise<{ pair: string; contrast: number }[]> {
  return page.evaluate((pairs) => {
    const probe = document.body.appendChild(document.createElement("span"));
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) {
      throw new Error("no canvas context");
    }
    const luminance = (token: string): number => {
      probe.style.color = `var(--${token})`;
      context.fillStyle = getComputedStyle(probe).color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
        const channel = value / 255;
        return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
    };
    return pairs.flatMap(([token, backgrounds]) =>
      backgrounds.map((background) => {
        const [darker = 0, lighter = 0] = [luminance(token), luminance(background)].sort((one, other) => one - other);
        return { pair: `${token} on ${background}`, contrast: (lighter + 0.05) / (darker + 0.05) };
      }),
    );
  }, pairs);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`text and graphics have enough contrast, ${colorScheme}`, async ({ page, loginPage }) => {
    await page.emulateMedia({ colorScheme });
    await loginPage.goto();
    const known = await measureContrasts(page, [["on-accent", ["on-accent"]], ["ink", ["surface"]]]);
    expect(known[0]?.contrast).toBe(1);
    expect(known[1]?.contrast).toBeGreaterThan(10);
    const tooLow = [
      ...(await measureContrasts(page, texts)).filter(({ contrast }) => contrast < 4.5),
      ...(await measureContrasts(page, shapes)).filter(({ contrast }) => contrast < 3),
    ];
    expect(tooLow).toEqual([]);
  });
}
