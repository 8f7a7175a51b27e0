import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { GuidePage } from "../pages/guide";

// axe puts style attributes into the page, which the policy would report as errors.
test.use({ bypassCSP: true, expectedErrors: [/status of 4(0[1234]|22)|ERR_/] });

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

      test("axe finds nothing in the setup", async ({ page, fresh, setupPage }) => {
        await setupPage.goto();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
        await setupPage.send(fresh.code, { Slug: "licenses", Password: "short" });
        await expect(setupPage.alert).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
      });

      test("axe finds nothing in the audit log", async ({ page, loginPage, auditPage }) => {
        await loginPage.signIn("support@acme.test");
        await auditPage.goto();
        await auditPage.rows.first().getByText("Details").click();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
        for (const query of ["?action=revoke&to=2020-01-01", `?license=${"0".repeat(64)}`]) {
          await auditPage.goto(query);
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        }
        await auditPage.license.fill("ACME-NEVR-SEEN-0000-0009");
        await auditPage.filter();
        await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
        expect(await findings(page)).toEqual([]);
      });

      test("axe finds nothing on products and their forms", async ({ page, loginPage }) => {
        await loginPage.signIn("admin@acme.test");
        for (const path of ["/products", "/products/notes", "/products/new", "/products/notes/edit", "/products/notes/key-types/pro/edit"]) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        }
        await page.goto("/products/notes/key-types/new");
        await page.getByLabel("Slug").fill("No Slug");
        await page.getByRole("button", { name: "Add key type" }).click();
        await expect(page.getByRole("alert")).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
      });

      test("axe finds nothing where licenses are minted", async ({ page, loginPage }) => {
        await loginPage.signIn("support@acme.test");
        const settled = async (heading: string) => {
          await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        };
        const mint = async (count: string) => {
          await page.goto("/licenses/mint?product=notes");
          await page.getByLabel("How many").fill(count);
          await page.getByRole("button", { name: "Mint" }).click();
        };
        await page.goto("/licenses/mint?product=notes");
        await settled("Mint licenses");
        await mint("0");
        await expect(page.getByRole("alert")).toBeVisible();
        await settled("Mint licenses");
        await mint("1");
        await settled("Store the new key now");
        await mint("40");
        await settled("Store the 40 new keys now");
      });

      test("axe finds nothing in the guide and on SDK keys", async ({ page, fresh, setupPage }) => {
        await setupPage.goto("/");
        await setupPage.send(fresh.code);
        const guide = new GuidePage(page, fresh.server.url);
        const settled = async (path?: string) => {
          if (path) {
            await guide.goto(path);
          }
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        };
        await settled();
        await guide.addProduct();
        await guide.addKeyType();
        await settled();
        await settled("/settings/sdk-key");
        await guide.goto();
        await guide.makeSdkKey();
        await settled();
        for (const path of ["/settings/sdk-key", "/settings/sdk-key/new", "/settings/sdk-key/import"]) {
          await settled(path);
        }
        await guide.goto("/settings/sdk-key/new");
        await page.getByRole("button", { name: "Replace key" }).click();
        await settled("/settings/sdk-key");
        await page.getByRole("link", { name: /^Change the end of/ }).click();
        await settled();
        await settled("/products/notes/key-types/pro/delete");
      });

      test("axe finds nothing on a page that tells of a failure", async ({ page, server, loginPage }) => {
        await loginPage.signIn("viewer@acme.test");
        const license = `/licenses/${server.demo.keys[0]?.id}`;
        for (const path of ["/nothing", "/licenses/nothing", `${license}/revoke`, "/licenses.csv"]) {
          await page.goto(path);
          await expect(page.getByText(/^Request [0-9a-f]{32}$/)).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        }
      });

      test("axe finds nothing on a license's pages", async ({ page, browser, server, loginPage, licensesPage }) => {
        await loginPage.signIn();
        await licensesPage.hydrated();
        const license = server.demo.keys.find(({ license_key }) => license_key === "ACME-FULL-0000-0005");
        const full = `/licenses/${license?.id}`;
        const remint = `/licenses/${server.mint().id}/remint`;
        const device = await page.goto(full).then(() => page.getByRole("link", { name: /^Deactivate / }).getAttribute("href"));
        for (const path of [full, `${full}/revoke`, `${full}/remint`, device ?? ""]) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        }
        const context = await browser.newContext({ javaScriptEnabled: false, bypassCSP: true, storageState: await page.context().storageState() });
        const plain = await context.newPage();
        await plain.goto(new URL(remint, page.url()).href);
        await plain.getByRole("button", { name: "Remint license" }).click();
        await expect(plain.getByRole("heading", { name: "Store the new key now" })).toBeVisible();
        // axe is a script, and this page has none: it is looked at as the server sent it.
        await page.setContent(await plain.content());
        await context.close();
        expect(await findings(page)).toEqual([]);
      });

      test("axe finds nothing on any dialog", async ({ page, server, loginPage, licensePage }) => {
        await loginPage.signIn();
        const license = server.demo.keys.find(({ license_key }) => license_key === "ACME-FULL-0000-0005");
        await licensePage.goto(license?.id ?? "");
        await expect(licensePage.live).toBeVisible();
        for (const link of [/^Deactivate /, "Revoke…", "Remint…"]) {
          await page.getByRole("link", { name: link }).click();
          await expect(licensePage.dialog).toBeVisible();
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
          await page.keyboard.press("Escape");
          await expect(licensePage.dialog).toHaveCount(0);
        }
        await licensePage.goto(server.mint().id);
        await licensePage.act("Remint…", "Remint license");
        await expect(licensePage.newKey).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
      });

      test("axe finds nothing on any toast", async ({ page, loginPage, licensesPage, heldFile }) => {
        await loginPage.signIn();
        await licensesPage.hydrated();
        const toast = page.getByRole("region", { name: "Export", exact: true });
        const settled = async (text: string) => {
          await expect(toast).toContainText(text);
          expect(await findings(page)).toEqual([]);
          expect(await scrollsSideways(page)).toBe(false);
        };
        await page.getByRole("link", { name: "Export CSV" }).click();
        await settled("Writing the export: 2 of 5 rows");
        heldFile.breakOff();
        await settled("The export stopped after 2 of 5 rows.");
        await page.getByRole("button", { name: "Try again" }).click();
        await expect(toast).toContainText("2 of 5 rows");
        heldFile.finish();
        await settled("Export saved: 5 rows");
      });

      test("axe finds nothing where nothing is found", async ({ page, loginPage, licensesPage }) => {
        await loginPage.signIn();
        await page.goto("/licenses?q=nobody&status=revoked");
        await expect(page.getByRole("heading", { name: "No license matches" })).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
        await licensesPage.hydrated();
        await licensesPage.search.fill("ACME-NEVR-SEEN-0000-0009");
        expect(await findings(page)).toEqual([]);
        await licensesPage.search.press("Enter");
        await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
        expect(await findings(page)).toEqual([]);
        expect(await scrollsSideways(page)).toBe(false);
      });
    });
  }
}
