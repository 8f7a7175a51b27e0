//! `docs/cli.md` and `docs/configuration.md`, generated from the clap definitions.
//!
//! `cargo xtask reference` writes them.

use std::{env, fmt::Write, fs};

use clap::{Arg, ArgAction, Command, CommandFactory};
use keywright::cli::Cli;

const CLI_INTRO: &str = "\
# Command line

Every command of `keywright`, as `keywright help` prints it.
All commands also take the database options in [configuration](configuration.md).
Commands that change data record the command line as the actor in the audit log.
This file is generated from the source: see [CONTRIBUTING](../CONTRIBUTING.md).
";

const CONFIGURATION_INTRO: &str = "\
# Configuration

Options of `keywright serve`, and options that every command accepts.
An option on the command line takes precedence over its environment variable.
This file is generated from the source: see [CONTRIBUTING](../CONTRIBUTING.md).

## Environment only

### `KEYWRIGHT_MASTER_KEY`

The key that encrypts signing keys in the database: 32 bytes in base64.
PostgreSQL requires it or `KEYWRIGHT_MASTER_KEY_FILE`.
With SQLite, the first start generates a key in the data directory.

### `KEYWRIGHT_MASTER_KEY_FILE`

Path of a file that holds the master key. `KEYWRIGHT_MASTER_KEY` takes precedence.

### `RUST_LOG`

Log filter, such as `debug` or `keywright=debug,info`. The default is `info,sqlx=warn`.
";

fn cli_reference(cli: &Command) -> String {
    let mut text = CLI_INTRO.to_owned();
    push_command(&mut text, cli, "keywright");
    text
}

/// Appends a command's visible subcommands. Global options and the options of `serve` are in
/// `docs/configuration.md`.
fn push_command(text: &mut String, command: &Command, path: &str) {
    for subcommand in command
        .get_subcommands()
        .filter(|found| !found.is_hide_set() && found.get_name() != "help")
    {
        let path = format!("{path} {}", subcommand.get_name());
        let about = subcommand.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        write!(text, "\n## `{path}`\n\n{}\n", sentence(&about)).unwrap();
        if subcommand.get_name() == "serve" {
            text.push_str(
                "\nIts options are in [configuration](configuration.md#keywright-serve).\n",
            );
            continue;
        }
        if subcommand.has_subcommands() {
            push_command(text, subcommand, &path);
            continue;
        }
        let arguments: Vec<&Arg> = arguments(subcommand)
            .filter(|arg| !arg.is_global_set())
            .collect();
        if !arguments.is_empty() {
            text.push('\n');
        }
        for argument in arguments {
            writeln!(
                text,
                "- `{}`: {}",
                signature(argument),
                description(argument)
            )
            .unwrap();
        }
    }
}

fn configuration_reference(cli: &Command) -> String {
    let mut text = CONFIGURATION_INTRO.to_owned();
    text.push_str("\n## Every command\n");
    arguments(cli).for_each(|argument| push_setting(&mut text, argument));
    text.push_str("\n## `keywright serve`\n");
    let serve = cli.find_subcommand("serve").unwrap();
    arguments(serve)
        .filter(|arg| !arg.is_global_set())
        .for_each(|argument| push_setting(&mut text, argument));
    text
}

fn push_setting(text: &mut String, argument: &Arg) {
    write!(text, "\n### `{}`\n\n", signature(argument)).unwrap();
    if let Some(variable) = argument.get_env() {
        writeln!(text, "Environment: `{}`\n", variable.to_string_lossy()).unwrap();
    }
    writeln!(text, "{}", description(argument)).unwrap();
}

fn arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    let all = command.get_arguments();
    all.filter(|arg| !arg.is_hide_set() && !["help", "version"].contains(&arg.get_id().as_str()))
}

/// Returns an argument as it is typed on the command line: `--limit <LIMIT>` or `<FILE>`.
fn signature(argument: &Arg) -> String {
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let names = argument.get_value_names().unwrap_or_default();
    let values = names.iter().map(|name| format!("<{name}>"));
    let values = values.collect::<Vec<_>>().join(" ");
    match argument.get_long() {
        Some(long) if takes_value => format!("--{long} {values}"),
        Some(long) => format!("--{long}"),
        None => values,
    }
}

fn description(argument: &Arg) -> String {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let mut text = sentence(&help.map(ToString::to_string).unwrap_or_default());
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set() && takes_choice(argument))
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        write!(text, " One of {}.", values.join(", ")).unwrap();
    }
    let defaults: Vec<_> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    if !defaults.is_empty() && takes_choice(argument) {
        write!(text, " Default: `{}`.", defaults.join(",")).unwrap();
    }
    if argument.is_required_set() {
        text.push_str(" Required.");
    }
    text
}

fn takes_choice(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
}

/// Restores the final period, which clap drops from a help text of one paragraph.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', ':']) {
        return text.to_owned();
    }
    format!("{text}.")
}

fn assert_documented(name: &str, expected: &str) {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("KEYWRIGHT_UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/{name} is out of date: run `cargo xtask reference`"
    );
}

#[test]
fn the_documented_command_line_is_the_actual_one() {
    let mut cli = Cli::command();
    cli.build();
    assert_documented("cli.md", &cli_reference(&cli));
}

#[test]
fn the_documented_configuration_is_the_actual_one() {
    let mut cli = Cli::command();
    cli.build();
    assert_documented("configuration.md", &configuration_reference(&cli));
}
