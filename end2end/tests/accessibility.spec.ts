import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";

// axe puts style attributes into the page, which the policy would report as errors.
test.use({ bypassCSP: true, expectedErrors: [/status of 40[14]/] });

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    test.describe(`${colorScheme}, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      // axe takes seconds for each page on a small machine.
      test.slow();

      test("axe finds nothing on any page", async ({ page, loginPage, licensesPage }) => {
        await loginPage.goto();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
        await loginPage.fill("owner@acme.test", "wrong");
        await expect(page.getByRole("alert")).toBeVisible();
        expect(await findings(page)).toEqual([]);

        await loginPage.signIn();
        await licensesPage.hydrated();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
        await page.getByRole("button", { name: /^Account/ }).click();
        expect(await findings(page)).toEqual([]);

        await page.goto("/nothing");
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
      });

      test("axe finds nothing on a license's pages", async ({ page, server, loginPage, licensesPage }) => {
        await loginPage.signIn();
        await licensesPage.hydrated();
        const license = server.demo.keys.find(({ license_key }) => license_key === "ACME-FULL-0000-0005");
        const full = `/licenses/${license?.id}`;
        for (const path of [full, `${full}/revoke`, `${full}/remint`]) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        }
        await page.goto(full);
        await page.getByRole("link", { name: /^Deactivate / }).click();
        await expect(page.getByRole("heading", { name: "Deactivate Demo device?" })).toBeVisible();
        expect(await findings(page)).toEqual([]);
        await page.goto(`/licenses/${server.mint().id}/remint`);
        await page.getByRole("button", { name: "Remint license" }).click();
        await expect(page.getByRole("heading", { name: "Store the new key now" })).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
      });
    });
  }
}
