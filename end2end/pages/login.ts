import { expect, type Locator, type Page } from "@playwright/test";

import type { Server } from "../fixtures/server";

export class LoginPage {
  readonly email: Locator;
  readonly password: Locator;
  readonly submitButton: Locator;

  constructor(
    readonly page: Page,
    private readonly server: Server,
  ) {
    this.email = page.getByLabel("Email");
    this.password = page.getByLabel("Password");
    this.submitButton = page.getByRole("button", { name: "Sign in" });
  }

  async goto(): Promise<void> {
    await this.page.goto("/login");
    await expect(this.page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  }

  async submit(email: string, password: string): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.submitButton.click();
  }

  /** Signs in as an operator of the demo data. */
  async signIn(email = "owner@acme.test"): Promise<void> {
    const operator = this.server.demo.operators.find((operator) => operator.email === email);
    await this.goto();
    await this.submit(email, operator?.password ?? "");
    await expect(this.page).toHaveURL("/licenses");
  }
}
