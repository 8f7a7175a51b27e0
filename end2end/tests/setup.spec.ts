// First-run setup in the browser.

import { expect, test } from "../fixtures/test";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled, expectedErrors: [/status of 404/] });

    test("the setup code creates the tenant, signs the owner in and leads to the guide", async ({ page, fresh, setupPage }) => {
      await setupPage.goto("/");
      await setupPage.expectPath("/setup");
      await expect(page).toHaveTitle("Setup · Keywright");
      await expect(page.getByRole("heading", { level: 1, name: "Set up Keywright" })).toBeVisible();
      await expect(setupPage.field("Setup code")).toBeFocused();
      await setupPage.submit(fresh.setupCode);
      await setupPage.expectPath("/");
      await expect(page.getByRole("banner")).toContainText("Tenant: My company");
      await expect(page.getByRole("button", { name: "Account: me@mine.test" })).toBeVisible();
      await expect(page.getByRole("heading", { level: 1, name: "Get started" })).toBeVisible();

      await setupPage.goto();
      await expect(page).toHaveTitle("Not found · Keywright");
      await setupPage.goto("/licenses");
      await page.getByRole("button", { name: /^Account/ }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await setupPage.expectPath("/login");
      await page.getByLabel("Email").fill("me@mine.test");
      await page.getByLabel("Password").fill("correct horse");
      await page.getByRole("button", { name: "Sign in" }).click();
      await setupPage.expectPath("/licenses");
    });
  });
}

test.describe("rejected", () => {
  test.use({ expectedErrors: [/status of 4(03|22)/] });

  test("a wrong code reports the remaining attempts and keeps the other values", async ({ page, fresh, setupPage }) => {
    await setupPage.goto();
    await setupPage.submit("AAAA-BBBB-CCCC-DDDD-EEEE");
    await expect(page).toHaveTitle("Setup failed · Keywright");
    const error = "Wrong setup code. 4 attempts left.";
    await expect(setupPage.alert).toContainText(error);
    await expect(setupPage.field("Setup code")).toHaveAccessibleDescription(new RegExp(`^${error}`));
    await expect(setupPage.field("Setup code")).toHaveValue("");
    await expect(setupPage.field("Password")).toHaveValue("");
    await expect(setupPage.field("Slug")).toHaveValue("mine");
    await setupPage.submit(fresh.setupCode.toLowerCase().replaceAll("-", " "));
    await setupPage.expectPath("/");
  });

  test("every invalid field has an error, and the alert links to it", async ({ page, fresh, setupPage }) => {
    await setupPage.goto();
    await setupPage.submit(fresh.setupCode, { Slug: "licenses", Password: "short" });
    await expect(setupPage.alert.getByRole("link")).toHaveCount(2);
    await expect(setupPage.field("Slug")).toBeFocused();
    await expect(setupPage.field("Slug")).toHaveAttribute("aria-invalid", "true");
    await expect(setupPage.field("Slug")).toHaveAccessibleDescription(/^The slug is reserved/);
    await page.getByRole("link", { name: "Password: Enter a password of 10 to 200 characters." }).click();
    await expect(setupPage.field("Password")).toBeFocused();
    await setupPage.submit(fresh.setupCode);
    await setupPage.expectPath("/");
  });

  test("the code is void after five wrong attempts, and the command line creates another", async ({ fresh, setupPage }) => {
    await setupPage.goto();
    for (let attempts = 0; attempts < 5; attempts += 1) {
      await setupPage.submit("AAAA");
    }
    await setupPage.submit(fresh.setupCode);
    await expect(setupPage.alert).toContainText("keywright setup-code");
    const [newCode] = fresh.server.run("setup-code").split("\n");
    await setupPage.submit(newCode ?? "");
    await setupPage.expectPath("/");
  });
});
