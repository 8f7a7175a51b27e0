import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { GuidePage } from "../pages/guide";

// axe sets style attributes, which the content security policy would report as console errors.
test.use({ bypassCSP: true, expectedErrors: [/status of 4(0[1234]|22)|ERR_/] });

async function axeViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

async function overflowsHorizontally(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    test.describe(`${colorScheme}, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      // axe takes several seconds per page on a small machine.
      test.slow();

      test("sign-in, license list and not-found page have no axe violations", async ({ page, loginPage, licensesPage }) => {
        await loginPage.goto();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
        await loginPage.submit("owner@acme.test", "wrong");
        await expect(page.getByRole("alert")).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);

        await loginPage.signIn();
        await licensesPage.waitForHydration();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
        await page.getByRole("button", { name: /^Account/ }).click();
        expect(await axeViolations(page)).toEqual([]);

        await page.goto("/nothing");
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
      });

      test("setup page has no axe violations", async ({ page, fresh, setupPage }) => {
        await setupPage.goto();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
        await setupPage.submit(fresh.setupCode, { Slug: "licenses", Password: "short" });
        await expect(setupPage.alert).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
      });

      test("audit log has no axe violations", async ({ page, loginPage, auditPage }) => {
        await loginPage.signIn("support@acme.test");
        await auditPage.goto();
        await auditPage.rows.first().getByText("Details").click();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
        for (const query of ["?action=revoke&to=2020-01-01", `?license=${"0".repeat(64)}`]) {
          await auditPage.goto(query);
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        }
        await auditPage.licenseField.fill("ACME-NEVR-SEEN-0000-0009");
        await auditPage.applyFilters();
        await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
      });

      test("product pages and forms have no axe violations", async ({ page, loginPage }) => {
        await loginPage.signIn("admin@acme.test");
        for (const path of ["/products", "/products/notes", "/products/new", "/products/notes/edit", "/products/notes/key-types/pro/edit"]) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        }
        await page.goto("/products/notes/key-types/new");
        await page.getByLabel("Slug").fill("No Slug");
        await page.getByRole("button", { name: "Add key type" }).click();
        await expect(page.getByRole("alert")).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
      });

      test("mint form and new keys have no axe violations", async ({ page, loginPage }) => {
        await loginPage.signIn("support@acme.test");
        const expectAccessible = async (heading: string) => {
          await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        };
        const mint = async (count: string) => {
          await page.goto("/licenses/mint?product=notes");
          await page.getByLabel("How many").fill(count);
          await page.getByRole("button", { name: "Mint licenses" }).click();
        };
        await page.goto("/licenses/mint?product=notes");
        await expectAccessible("Mint licenses");
        await mint("0");
        await expect(page.getByRole("alert")).toBeVisible();
        await expectAccessible("Mint licenses");
        await mint("1");
        await expectAccessible("Store the new key now");
        await mint("40");
        await expectAccessible("Store the 40 new keys now");
      });

      test("getting-started guide and SDK key pages have no axe violations", async ({ page, fresh, setupPage }) => {
        await setupPage.goto("/");
        await setupPage.submit(fresh.setupCode);
        const guide = new GuidePage(page, fresh.server.url);
        const expectAccessible = async (path?: string) => {
          if (path) {
            await guide.goto(path);
          }
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        };
        await expectAccessible();
        await guide.addProduct();
        await guide.addKeyType();
        await expectAccessible();
        await expectAccessible("/settings/sdk-key");
        await guide.goto();
        await guide.createSdkKey();
        await expectAccessible();
        for (const path of ["/settings/sdk-key", "/settings/sdk-key/new", "/settings/sdk-key/import"]) {
          await expectAccessible(path);
        }
        await guide.goto("/settings/sdk-key/new");
        await page.getByRole("button", { name: "Replace key" }).click();
        await expectAccessible("/settings/sdk-key");
        await page.getByRole("link", { name: /^Change expiry of / }).click();
        await expectAccessible();
        await expectAccessible("/products/notes/key-types/pro/delete");
      });

      test("error pages have no axe violations", async ({ page, server, loginPage }) => {
        await loginPage.signIn("viewer@acme.test");
        const license = `/licenses/${server.demo.keys[0]?.id}`;
        for (const path of ["/nothing", "/licenses/nothing", `${license}/revoke`, "/licenses.csv"]) {
          await page.goto(path);
          await expect(page.getByText(/^Request ID [0-9a-f]{32}$/)).toBeVisible();
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        }
      });

      test("license and confirmation pages have no axe violations", async ({ page, browser, server, loginPage, licensesPage }) => {
        await loginPage.signIn();
        await licensesPage.waitForHydration();
        const license = server.demo.keys.find(({ license_key }) => license_key === "ACME-FULL-0000-0005");
        const full = `/licenses/${license?.id}`;
        const remint = `/licenses/${server.mint().id}/remint`;
        const device = await page.goto(full).then(() => page.getByRole("link", { name: /^Deactivate / }).getAttribute("href"));
        for (const path of [full, `${full}/revoke`, `${full}/remint`, device ?? ""]) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        }
        const context = await browser.newContext({ javaScriptEnabled: false, bypassCSP: true, storageState: await page.context().storageState() });
        const noScriptPage = await context.newPage();
        await noScriptPage.goto(new URL(remint, page.url()).href);
        await noScriptPage.getByRole("button", { name: "Remint license" }).click();
        await expect(noScriptPage.getByRole("heading", { name: "Store the new key now" })).toBeVisible();
        // axe cannot run in a page without JavaScript, so check the same markup in another page.
        await page.setContent(await noScriptPage.content());
        await context.close();
        expect(await axeViolations(page)).toEqual([]);
      });

      test("dialogs have no axe violations", async ({ page, server, loginPage, licensePage }) => {
        await loginPage.signIn();
        const license = server.demo.keys.find(({ license_key }) => license_key === "ACME-FULL-0000-0005");
        await licensePage.goto(license?.id ?? "");
        await expect(licensePage.liveIndicator).toBeVisible();
        for (const link of [/^Deactivate /, "Revoke…", "Remint…"]) {
          await page.getByRole("link", { name: link }).click();
          await expect(licensePage.dialog).toBeVisible();
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
          await page.keyboard.press("Escape");
          await expect(licensePage.dialog).toHaveCount(0);
        }
        await licensePage.goto(server.mint().id);
        await licensePage.confirmAction("Remint…", "Remint license");
        await expect(licensePage.newKey).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
      });

      test("export toasts have no axe violations", async ({ page, loginPage, licensesPage, throttledDownload }) => {
        await loginPage.signIn();
        await licensesPage.waitForHydration();
        const toast = page.getByRole("region", { name: "Export", exact: true });
        const expectAccessible = async (text: string) => {
          await expect(toast).toContainText(text);
          expect(await axeViolations(page)).toEqual([]);
          expect(await overflowsHorizontally(page)).toBe(false);
        };
        await page.getByRole("link", { name: "Export CSV" }).click();
        await expectAccessible("Exporting: 2 of 5 rows");
        throttledDownload.abort();
        await expectAccessible("The export stopped after 2 of 5 rows.");
        await page.getByRole("button", { name: "Try again" }).click();
        await expect(toast).toContainText("2 of 5 rows");
        throttledDownload.finish();
        await expectAccessible("Export saved: 5 rows");
      });

      test("empty search results have no axe violations", async ({ page, loginPage, licensesPage }) => {
        await loginPage.signIn();
        await page.goto("/licenses?q=nobody&status=revoked");
        await expect(page.getByRole("heading", { name: "No matching licenses" })).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
        await licensesPage.waitForHydration();
        await licensesPage.search.fill("ACME-NEVR-SEEN-0000-0009");
        expect(await axeViolations(page)).toEqual([]);
        await licensesPage.search.press("Enter");
        await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
        expect(await axeViolations(page)).toEqual([]);
        expect(await overflowsHorizontally(page)).toBe(false);
      });
    });
  }
}
