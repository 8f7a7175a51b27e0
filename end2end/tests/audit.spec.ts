import { expect, test } from "../fixtures/test";

test.use({ expectedErrors: [/status of 404/] });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("what was done is read as a sentence, and leads to its license and back", async ({ page, server, loginPage, licensePage, auditPage }) => {
      const minted = server.mint();
      await loginPage.signIn("support@acme.test");
      await licensePage.goto(minted.id);
      await licensePage.act("Revoke…", "Revoke license");
      await licensePage.expectStatus("Revoked");

      await page.getByRole("link", { name: "Audit log", exact: true }).click();
      await auditPage.shown();
      const revoked = auditPage.rows.filter({ hasText: minted.display_key });
      await expect(auditPage.sentence(revoked.first())).toHaveText(`support@acme.test revoked ${minted.display_key}`);
      await expect(auditPage.sentence(revoked.last())).toHaveText(`command line minted ${minted.display_key}`);

      const fact = page.getByText(minted.id);
      await expect(fact.first()).toBeHidden();
      await revoked.first().getByText("Details").press("Enter");
      await expect(fact.first()).toBeVisible();

      await revoked.first().getByRole("link", { name: minted.display_key }).click();
      await expect(page).toHaveURL(`/licenses/${minted.id}`);
      await expect(licensePage.activity.first()).toContainText("support@acme.test revoked this license");
      await licensePage.activity.first().getByText("Details").click();
      await expect(licensePage.activity.first().getByText(minted.id)).toBeVisible();
      await page.getByRole("link", { name: "Show in the audit log" }).click();
      await expect(page).toHaveURL(`/audit?license=${minted.id}`);
      await expect(auditPage.rows).toHaveCount(2);
    });

    test("it is asked by action, by who, by day and by license; a pasted key is in no address", async ({ page, server, loginPage, auditPage }) => {
      const minted = server.mint();
      await loginPage.signIn("viewer@acme.test");
      await auditPage.goto();
      await page.getByRole("combobox", { name: "Action" }).selectOption("remint");
      await auditPage.filter();
      await expect(page).toHaveURL("/audit?action=remint");
      expect(new Set(await auditPage.rows.locator(".c-action").allInnerTexts())).toEqual(new Set(["remint"]));
      await page.getByRole("combobox", { name: "Who" }).selectOption({ label: "viewer@acme.test" });
      await auditPage.filter();
      await expect(page.getByRole("heading", { name: "No entry matches" })).toBeVisible();
      await page.getByRole("link", { name: "Clear all filters" }).click();
      await expect(page).toHaveURL("/audit");

      await page.getByLabel("to", { exact: true }).fill("2020-01-01");
      await auditPage.filter();
      await expect(page).toHaveURL("/audit?to=2020-01-01");
      await expect(auditPage.count).toHaveText("0 entries");
      await page.getByRole("link", { name: "Clear", exact: true }).click();

      await auditPage.license.fill(minted.license_key);
      await auditPage.filter();
      await expect(page).toHaveURL(`/audit?license=${minted.id}`);
      await expect(auditPage.rows).toHaveCount(1);
      await page.getByRole("link", { name: "Show every license" }).click();
      await auditPage.license.fill("ACME-NEVR-SEEN-0000-0009");
      await auditPage.filter();
      await expect(page.getByRole("heading", { name: "No license has this key" })).toBeVisible();
      expect(page.url()).not.toContain("NEVR");
    });

    test("pages lead there and back", async ({ page, loginPage, auditPage }) => {
      await loginPage.signIn("viewer@acme.test");
      await auditPage.goto();
      await expect(auditPage.rows).toHaveCount(25);
      const first = await auditPage.sentence(auditPage.rows).allInnerTexts();
      await page.getByRole("link", { name: "Next" }).click();
      await expect(page).toHaveURL(/\/audit\?after=/);
      await page.getByRole("link", { name: "Previous" }).click();
      await expect(page).toHaveURL(/\/audit\?before=/);
      expect(await auditPage.sentence(auditPage.rows).allInnerTexts()).toEqual(first);
    });
  });
}
