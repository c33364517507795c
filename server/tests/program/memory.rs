//! What the real process needs while a large file comes in: never the whole of it.

use crate::{Agent, Engine, Server};
use model::MB;

/// Megabytes of the file.
const FILE: u64 = 100;
/// Megabytes that its way to the disk may need at the most; a buffer of the file would need more.
const MOST: u64 = 48;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn md_1_a_hundred_megabytes_pass_through_without_being_held() {
    let Some(mut server) = Server::with_demo(Engine::Sqlite).await else { return };
    server.start().await;
    let admin = Agent::admin(server.url("")).await;
    // What the first upload needs for ever, such as threads and statements, is there before it is measured.
    assert_eq!(send(&admin, 1).await, 200);
    let before = server.peak();
    assert_eq!(send(&admin, FILE).await, 200);
    let after = server.peak();
    assert!(after.saturating_sub(before) < MOST * 1024, "{before} kB, then {after} kB");
    server.end().await;
}

/// Sends a file of so many megabytes in parts of one each, as a browser does; answers the status.
async fn send(admin: &Agent, megabytes: u64) -> u16 {
    let part = bytes::Bytes::from(vec![7u8; usize::try_from(MB).expect("it fits")]);
    let parts = (0..megabytes).map(move |_| Ok::<_, std::io::Error>(part.clone()));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(parts));
    admin.upload("filme.dat", body).await
}
