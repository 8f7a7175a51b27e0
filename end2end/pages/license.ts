import { expect, type Locator, type Page } from "@playwright/test";

/** The page of one license, and the confirmations of its actions. */
export class LicensePage {
  readonly devices: Locator;
  readonly activity: Locator;
  readonly alert: Locator;
  readonly newKey: Locator;
  readonly dialog: Locator;
  /** Visible while live updates are connected. */
  readonly liveIndicator: Locator;

  constructor(readonly page: Page) {
    this.devices = page
      .getByRole("table", { name: "Activations of this license" })
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader") });
    this.activity = page.locator("section", { has: page.getByRole("heading", { name: "Activity" }) }).getByRole("listitem");
    this.alert = page.getByRole("alert");
    this.newKey = page.getByRole("status", { name: "New license key" });
    this.dialog = page.getByRole("alertdialog");
    this.liveIndicator = page.getByText("Live", { exact: true });
  }

  async goto(id: string): Promise<void> {
    await this.page.goto(`/licenses/${id}`);
    await expect(this.page.getByRole("heading", { level: 1 })).toBeVisible();
  }

  /** Opens the confirmation of an action and confirms it. */
  async confirmAction(link: string | RegExp, button: string): Promise<void> {
    await this.page.getByRole("link", { name: link }).click();
    await this.page.getByRole("button", { name: button }).click();
  }

  async expectStatus(status: string): Promise<void> {
    await expect(this.page.locator(".page-title [data-status]")).toHaveText(status);
  }
}
