// The first run in a browser, from an empty data folder on.

import { expect, test } from "../fixtures/test";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled, expectedErrors: [/status of 404/] });

    test("whoever has the code comes from nothing to the guide", async ({ page, fresh, setupPage }) => {
      await setupPage.goto("/");
      await setupPage.expectAt("/setup");
      await expect(page).toHaveTitle("Setup · Keywright");
      await expect(page.getByRole("heading", { level: 1, name: "Set up Keywright" })).toBeVisible();
      await expect(setupPage.field("Setup code")).toBeFocused();
      await setupPage.send(fresh.code);
      await setupPage.expectAt("/");
      await expect(page.getByRole("banner")).toContainText("Tenant: My company");
      await expect(page.getByRole("button", { name: "Account: me@mine.test" })).toBeVisible();
      await expect(page.getByRole("heading", { level: 1, name: "Get started" })).toBeVisible();

      await setupPage.goto();
      await expect(page).toHaveTitle("Not found · Keywright");
      await setupPage.goto("/licenses");
      await page.getByRole("button", { name: /^Account/ }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await setupPage.expectAt("/login");
      await page.getByLabel("E-mail").fill("me@mine.test");
      await page.getByLabel("Password").fill("correct horse");
      await page.getByRole("button", { name: "Sign in" }).click();
      await setupPage.expectAt("/licenses");
    });
  });
}

test.describe("refused", () => {
  test.use({ expectedErrors: [/status of 4(03|22)/] });

  test("a wrong code says how many tries are left, and what was typed stays", async ({ page, fresh, setupPage }) => {
    await setupPage.goto();
    await setupPage.send("AAAA-BBBB-CCCC-DDDD-EEEE");
    await expect(page).toHaveTitle("Setup refused · Keywright");
    const sentence = "This is not the setup code; 4 tries are left.";
    await expect(setupPage.alert).toContainText(sentence);
    await expect(setupPage.field("Setup code")).toHaveAccessibleDescription(new RegExp(`^${sentence}`));
    await expect(setupPage.field("Setup code")).toHaveValue("");
    await expect(setupPage.field("Password")).toHaveValue("");
    await expect(setupPage.field("Slug")).toHaveValue("mine");
    await setupPage.send(fresh.code.toLowerCase().replaceAll("-", " "));
    await setupPage.expectAt("/");
  });

  test("every wrong field is said beside it, and the alert leads there", async ({ page, fresh, setupPage }) => {
    await setupPage.goto();
    await setupPage.send(fresh.code, { Slug: "licenses", Password: "short" });
    await expect(setupPage.alert.getByRole("link")).toHaveCount(2);
    await expect(setupPage.field("Slug")).toBeFocused();
    await expect(setupPage.field("Slug")).toHaveAttribute("aria-invalid", "true");
    await expect(setupPage.field("Slug")).toHaveAccessibleDescription(/^The slug is reserved/);
    await page.getByRole("link", { name: "Password: A password has 10 to 200 characters." }).click();
    await expect(setupPage.field("Password")).toBeFocused();
    await setupPage.send(fresh.code);
    await setupPage.expectAt("/");
  });

  test("five wrong codes make it void, and the command line makes another", async ({ fresh, setupPage }) => {
    await setupPage.goto();
    for (let tried = 0; tried < 5; tried += 1) {
      await setupPage.send("AAAA");
    }
    await setupPage.send(fresh.code);
    await expect(setupPage.alert).toContainText("keywright setup-code");
    const [another] = fresh.server.run("setup-code").split("\n");
    await setupPage.send(another ?? "");
    await setupPage.expectAt("/");
  });
});
