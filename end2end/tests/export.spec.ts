// The CSV export with JavaScript: its progress, and that it saves either the whole file or nothing.

import { readFile } from "node:fs/promises";

import type { Locator, Page } from "@playwright/test";

import { ThrottledDownload } from "../fixtures/throttled-download";
import { expect, test } from "../fixtures/test";

test.beforeEach(async ({ page, loginPage, licensesPage }) => {
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses?status=active");
  await licensesPage.waitForHydration();
});

function link(page: Page): Locator {
  return page.getByRole("link", { name: "Export CSV" });
}

function toast(page: Page): Locator {
  return page.getByRole("region", { name: "Export", exact: true });
}

/** Starts an export and waits until two of five rows have arrived. */
async function startExport(page: Page): Promise<void> {
  await link(page).click();
  await expect(toast(page)).toContainText("Exporting: 2 of 5 rows");
}

async function expectSaved(page: Page, finish: () => void): Promise<string> {
  const started = page.waitForEvent("download");
  finish();
  const download = await started;
  expect(download.suggestedFilename()).toBe("keywright-acme-licenses.csv");
  await expect(toast(page).getByRole("status")).toHaveText("Export saved: 5 rows");
  return readFile(await download.path(), "utf8");
}

test("an export shows its progress and saves the whole file", async ({ page, throttledDownload }) => {
  await startExport(page);
  const progress = toast(page).getByRole("progressbar", { name: /^Exporting/ });
  await expect(progress).toHaveJSProperty("value", 2);
  await expect(progress).toHaveJSProperty("max", 5);
  await link(page).click();
  await expect(toast(page)).toContainText("2 of 5 rows");
  expect(await expectSaved(page, () => throttledDownload.finish())).toBe(ThrottledDownload.content);
  expect(throttledDownload.requestCount, "only one export runs at a time").toBe(1);
  await toast(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(toast(page)).not.toContainText("Export saved");
  await startExport(page);
  expect(throttledDownload.requestCount).toBe(2);
});

test("an export continues while the operator opens a license", async ({ page, throttledDownload, licensesPage, licensePage }) => {
  await startExport(page);
  await page.evaluate(() => Object.assign(window, { marked: true }));
  await licensesPage.rows.first().getByRole("link").click();
  await expect(licensePage.liveIndicator).toBeVisible();
  await expect(toast(page)).toContainText("2 of 5 rows");
  expect(await expectSaved(page, () => throttledDownload.finish())).toBe(ThrottledDownload.content);
  await page.goBack();
  await expect(licensesPage.heading).toBeVisible();
  await expect(toast(page)).toContainText("Export saved: 5 rows");
  expect(await page.evaluate(() => "marked" in window), "the document was not reloaded").toBe(true);
});

test("a canceled export saves nothing", async ({ page, throttledDownload }) => {
  const downloads: unknown[] = [];
  page.on("download", (download) => downloads.push(download));
  await startExport(page);
  await toast(page).getByRole("button", { name: "Cancel" }).click();
  await expect(toast(page)).toHaveText("");
  await throttledDownload.waitUntilCanceled();
  await expect(page.locator("main")).toBeFocused();
  // Only the second export is saved.
  await startExport(page);
  await expectSaved(page, () => throttledDownload.finish());
  expect(downloads).toHaveLength(1);
});

test("the browser asks before leaving the page during an export", async ({ page, throttledDownload }) => {
  await startExport(page);
  const dialogTypes: string[] = [];
  page.once("dialog", (dialog) => {
    dialogTypes.push(dialog.type());
    return dialog.dismiss();
  });
  await page.getByRole("link", { name: "Audit log" }).click();
  await expect.poll(() => dialogTypes).toEqual(["beforeunload"]);
  await expect(toast(page)).toContainText("2 of 5 rows");
  await expectSaved(page, () => throttledDownload.finish());
  await page.getByRole("link", { name: "Audit log" }).click();
  await expect(page).toHaveURL("/audit");
});

test("signing out cancels the export", async ({ page, throttledDownload }) => {
  page.on("dialog", (dialog) => dialog.accept());
  await startExport(page);
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await throttledDownload.waitUntilCanceled();
  await expect(page).toHaveURL("/login");
});

test("with a modifier key the browser downloads the file itself", async ({ page, licensesPage }) => {
  const started = page.waitForEvent("download");
  await link(page).click({ modifiers: ["Alt"] });
  const text = await readFile(await (await started).path(), "utf8");
  expect(text).toContain((await licensesPage.displayKeys())[0]);
  await expect(toast(page)).toHaveText("");
});

test.describe("failures", () => {
  test.use({ expectedErrors: [/ERR_|status of 40[19]/] });

  test("an interrupted export saves nothing and can be retried", async ({ page, throttledDownload }) => {
    const downloads: unknown[] = [];
    page.on("download", (download) => downloads.push(download));
    await startExport(page);
    throttledDownload.abort();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("The export stopped after 2 of 5 rows.");
    await expect(alert).toContainText(`Request ID ${ThrottledDownload.requestId}`);
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect(toast(page)).toContainText("Exporting: 2 of 5 rows");
    await expectSaved(page, () => throttledDownload.finish());
    expect(downloads).toHaveLength(1);
  });

  test("an unreachable server is reported", async ({ page }) => {
    await page.route("**/licenses.csv*", (route) => route.abort());
    await link(page).click();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("The export couldn't start.");
    await expect(alert).toContainText("We couldn't reach the server.");
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await expect(toast(page)).toHaveText("");
  });

  test("an expired session offers the sign-in page", async ({ page, context }) => {
    await context.clearCookies();
    await link(page).click();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("You're signed out.");
    await expect(alert).toContainText(/Request ID [0-9a-f]{32}/);
    await alert.getByRole("link", { name: "Sign in" }).click();
    await expect(page).toHaveURL("/login");
  });

  test("a page rendered for another operator gets no data", async ({ page, context, openAs }) => {
    const ownerPage = await openAs("owner@acme.test");
    await context.clearCookies();
    await context.addCookies(await ownerPage.context().cookies());
    await link(page).click();
    const alert = toast(page).getByRole("alert");
    await expect(alert).toContainText("Someone else has signed in using this browser");
    await alert.getByRole("link", { name: "Reload" }).click();
    await expect(page).toHaveURL("/licenses?status=active");
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    await expect(page.locator(".header-email")).toHaveText("owner@acme.test");
  });
});
