// The page that creates the first tenant. Tests open it on a server without demo data.

import { expect, type Locator, type Page } from "@playwright/test";

const validForm = {
  "Tenant name": "My company",
  Slug: "mine",
  Email: "me@mine.test",
  Password: "correct horse",
};

export class SetupPage {
  readonly alert: Locator;

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    this.alert = page.getByRole("alert");
  }

  async goto(path = "/setup"): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
  }

  field(label: string): Locator {
    return this.page.getByRole("main").getByLabel(label, { exact: true });
  }

  /** Submits the form with valid values, except those in `overrides`. */
  async submit(setupCode: string, overrides: Partial<typeof validForm> = {}): Promise<void> {
    await this.field("Setup code").fill(setupCode);
    for (const [label, value] of Object.entries({ ...validForm, ...overrides })) {
      await this.field(label).fill(value);
    }
    await this.page.getByRole("button", { name: "Set up Keywright" }).click();
  }

  async expectPath(path: string): Promise<void> {
    await expect(this.page).toHaveURL(new URL(path, this.url).href);
  }
}
