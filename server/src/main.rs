//! The `prosa` program.

use clap::{Parser, Subcommand};
use server::config::{Config, Given};
use std::process::ExitCode;

/// Customer-service messaging: one shared inbox for WhatsApp and your website's chat.
#[derive(Parser)]
#[command(name = "prosa", version, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    given: Given,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server; brings the database up to date first
    Serve,
    /// Bring the database up to date
    Migrate,
    /// Load the demo workspace, or with sizes a deterministic bulk data set
    Demo {
        #[arg(long)]
        contacts: Option<i64>,
        #[arg(long)]
        conversations: Option<i64>,
        #[arg(long)]
        messages: Option<i64>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Make an API token and print it, this one time
    Token {
        /// Account, by id or name
        #[arg(long)]
        account: String,
        /// Member, by id or e-mail
        #[arg(long)]
        user: String,
        /// What it is for
        #[arg(long, default_value = "command line")]
        name: String,
    },
    /// Add the figures of reports and board up anew from what is stored
    Recount,
    /// Examine the installation and say what to do
    Doctor,
    /// Print the OpenAPI document
    Openapi,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Openapi) {
        println!("{}", server::web::rest::document_json());
        return ExitCode::SUCCESS;
    }
    let config = match Config::read(cli.given) {
        Ok(config) => config,
        Err(wrong) => {
            eprintln!("prosa: {wrong}");
            return ExitCode::from(2);
        }
    };
    server::log::start(&config, matches!(cli.command, Command::Serve));
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("prosa: the runtime cannot start: {e}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve => server::serve(config).await,
            Command::Migrate => server::command::migrate(config).await,
            Command::Demo { contacts, conversations, messages, seed } => {
                server::command::demo(config, contacts, conversations, messages, seed).await
            }
            Command::Token { account, user, name } => server::command::token(config, &account, &user, &name).await,
            Command::Recount => server::command::recount(config).await,
            Command::Doctor => server::command::doctor(config).await,
            Command::Openapi => Ok(()),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("prosa: {e:#}");
            ExitCode::FAILURE
        }
    }
}
