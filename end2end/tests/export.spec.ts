// The CSV file with JavaScript: what is said of it while it comes, and that it is saved whole or not at all.

import { readFile } from "node:fs/promises";

import type { Locator, Page } from "@playwright/test";

import { HeldFile } from "../fixtures/held-file";
import { expect, test } from "../fixtures/test";

test.beforeEach(async ({ page, loginPage, licensesPage }) => {
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses?status=active");
  await licensesPage.hydrated();
});

function link(page: Page): Locator {
  return page.getByRole("link", { name: "Export CSV" });
}

/** Where it is said how the export stands. */
function toast(page: Page): Locator {
  return page.getByRole("region", { name: "Export", exact: true });
}

/** Begins, and waits until two rows of five are there. */
async function begin(page: Page): Promise<void> {
  await link(page).click();
  await expect(toast(page)).toContainText("Writing the export: 2 of 5 rows");
}

async function saved(page: Page, finish: () => void): Promise<string> {
  const started = page.waitForEvent("download");
  finish();
  const download = await started;
  expect(download.suggestedFilename()).toBe("keywright-acme-licenses.csv");
  await expect(toast(page).getByRole("status")).toHaveText("Export saved: 5 rows");
  return readFile(await download.path(), "utf8");
}

test("its progress is shown, and it is saved whole", async ({ page, heldFile }) => {
  await begin(page);
  const progress = toast(page).getByRole("progressbar", { name: /^Writing the export/ });
  await expect(progress).toHaveJSProperty("value", 2);
  await expect(progress).toHaveJSProperty("max", 5);
  await link(page).click();
  await expect(toast(page)).toContainText("2 of 5 rows");
  expect(await saved(page, () => heldFile.finish())).toBe(HeldFile.text);
  expect(heldFile.asked, "one at a time").toBe(1);
  await toast(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(toast(page)).not.toContainText("Export saved");
  await begin(page);
  expect(heldFile.asked).toBe(2);
});

test("it goes on while its operator looks at a license", async ({ page, heldFile, licensesPage, licensePage }) => {
  await begin(page);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await licensesPage.rows.first().getByRole("link").click();
  await expect(licensePage.live).toBeVisible();
  await expect(toast(page)).toContainText("2 of 5 rows");
  expect(await saved(page, () => heldFile.finish())).toBe(HeldFile.text);
  await page.goBack();
  await expect(licensesPage.heading).toBeVisible();
  await expect(toast(page)).toContainText("Export saved: 5 rows");
  expect(await page.evaluate(() => "stayed" in window), "the same document").toBe(true);
});

test("a cancelled one saves nothing", async ({ page, heldFile }) => {
  const downloads: unknown[] = [];
  page.on("download", (download) => downloads.push(download));
  await begin(page);
  await toast(page).getByRole("button", { name: "Cancel" }).click();
  await expect(toast(page)).toHaveText("");
  await heldFile.givenUp();
  await expect(page.locator("main")).toBeFocused();
  // The next one is the first that is saved.
  await begin(page);
  await saved(page, () => heldFile.finish());
  expect(downloads).toHaveLength(1);
});

test("who would leave its document is asked before", async ({ page, heldFile }) => {
  await begin(page);
  const asked: string[] = [];
  page.once("dialog", (question) => {
    asked.push(question.type());
    return question.dismiss();
  });
  await page.getByRole("link", { name: "Audit log" }).click();
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await expect(toast(page)).toContainText("2 of 5 rows");
  await saved(page, () => heldFile.finish());
  await page.getByRole("link", { name: "Audit log" }).click();
  await expect(page).toHaveURL("/audit");
});

test("signing out ends it", async ({ page, heldFile }) => {
  page.on("dialog", (question) => question.accept());
  await begin(page);
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await heldFile.givenUp();
  await expect(page).toHaveURL("/login");
});

test("with a modifier key it is the browser's", async ({ page, licensesPage }) => {
  const started = page.waitForEvent("download");
  await link(page).click({ modifiers: ["Alt"] });
  const text = await readFile(await (await started).path(), "utf8");
  expect(text).toContain((await licensesPage.keys())[0]);
  await expect(toast(page)).toHaveText("");
});

test.describe("trouble", () => {
  test.use({ expectedErrors: [/ERR_|status of 40[19]/] });

  test("where it breaks off nothing is saved, and it can be tried again", async ({ page, heldFile }) => {
    const downloads: unknown[] = [];
    page.on("download", (download) => downloads.push(download));
    await begin(page);
    heldFile.breakOff();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("The export stopped after 2 of 5 rows.");
    await expect(alert).toContainText(`Request ${HeldFile.requestId}`);
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect(toast(page)).toContainText("Writing the export: 2 of 5 rows");
    await saved(page, () => heldFile.finish());
    expect(downloads).toHaveLength(1);
  });

  test("where the server is gone it says so", async ({ page }) => {
    await page.route("**/licenses.csv*", (route) => route.abort());
    await link(page).click();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("The export did not begin.");
    await expect(alert).toContainText("The server could not be reached.");
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await expect(toast(page)).toHaveText("");
  });

  test("where the session has ended it leads to the sign-in page", async ({ page, context }) => {
    await context.clearCookies();
    await link(page).click();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("You are no longer signed in.");
    await expect(alert).toContainText(/Request [0-9a-f]{32}/);
    await alert.getByRole("link", { name: "Sign in" }).click();
    await expect(page).toHaveURL("/login");
  });

  test("a page of somebody else gets nothing", async ({ page, context, somebody }) => {
    const owners = await somebody("owner@acme.test");
    await context.clearCookies();
    await context.addCookies(await owners.context().cookies());
    await link(page).click();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("Somebody else has signed in here");
    await alert.getByRole("link", { name: "Reload" }).click();
    await expect(page).toHaveURL("/licenses?status=active");
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    await expect(page.locator(".header-mail")).toHaveText("owner@acme.test");
  });
});
