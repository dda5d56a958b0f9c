//! A server that asks for keys.

use super::page::{self, Page, keys};
use super::program::{Scratch, Server};

#[tokio::test]
async fn one_logs_in_and_comes_back_and_logs_out() {
    let scratch = Scratch::new("login");
    if page::is_left_out() {
        return;
    }
    let mut command = scratch.command(&["serve", "--port", "0", "--db", "observe.db", "--watch", "none"]);
    let server = Server::start(command.env("OBSERVE_PUBLIC_KEY", "pk-lf-1").env("OBSERVE_SECRET_KEY", "sk-lf-\"1\""));
    let page = Page::start(&server.address, &scratch).await;
    page.go("/users?q=user%3Aann").await;
    page.until("location.pathname === '/login' && document.activeElement?.name === 'public_key'").await;
    page.press("pk-lf-1").await;
    page.press(keys::TAB).await;
    page.press("wrong").await;
    page.press(keys::ENTER).await;
    page.until_says("[role=alert]", "not the keys").await;
    page.press("pk-lf-1").await;
    page.press(keys::TAB).await;
    page.press("sk-lf-\"1\"").await;
    page.press(keys::ENTER).await;
    page.until("location.pathname + location.search === '/users?q=user%3Aann'").await;
    page.until("document.querySelector('.live.on')").await;
    assert_eq!(page.value("document.cookie").await, "", "scripts do not see the cookie");
    page.reload().await;
    page.until("document.querySelector('.live.on')").await;
    page.click("[title='The server and its database']").await;
    page.until_says(".menu .item", "Log out").await;
    page.click(".menu .item").await;
    page.until("location.pathname === '/login'").await;
    page.go("/").await;
    page.until("location.pathname === '/login'").await;
    page.close().await;
}
