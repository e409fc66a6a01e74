//! A person at a real browser: signs in, searches, opens the page of the hit. The
//! pictures are kept in `target/pictures` to be looked at.

use super::{House, driver::Driver};
use crate::harness::{Archive, TestDb, sample};
use fantoccini::{Client, Locator};
use serde_json::json;
use std::path::PathBuf;

async fn picture(browser: &Client, name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let picture = browser.screenshot().await.unwrap();
    assert!(picture.len() > 5_000, "{name} is an empty picture");
    std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
}

async fn text(browser: &Client, css: &str) -> String {
    browser.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}")).text().await.unwrap()
}

async fn sign_in(browser: &Client, house: &House, (name, password): (String, String)) {
    browser.goto(&format!("http://{}/", house.server.address())).await.unwrap();
    picture(browser, "sign-in").await;
    let fill = async |css: &str, value: &str| browser.find(Locator::Css(css)).await.unwrap().send_keys(value).await;
    fill("#name", &name).await.unwrap();
    fill("#password", &password).await.unwrap();
    browser.find(Locator::Css("form[action='/sign-in'] button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("input[name='q']")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_searches_and_opens_the_page_of_the_hit() {
    let archive = Archive::new(&TestDb::sqlite());
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let account = archive.account("archivist");
    let house = House::serving(archive).await;
    let driver = Driver::start();
    let browser = driver.browser(1440, 1000).await;

    sign_in(&browser, &house, account).await;
    picture(&browser, "today").await;

    let field = browser.find(Locator::Css("input[name='q']")).await.unwrap();
    field.send_keys("防汛抗旱应急预案").await.unwrap();
    browser.find(Locator::Css("form[role='search'] button")).await.unwrap().click().await.unwrap();
    let hit = browser.wait().for_element(Locator::Css(".hit:has(.snip) h3 a")).await.unwrap();
    picture(&browser, "search").await;
    assert_eq!(text(&browser, ".hit .snip mark").await, "防汛抗旱应急预案");

    hit.click().await.unwrap();
    browser.wait().for_element(Locator::Css(".viewer .scan img")).await.unwrap();
    assert!(browser.current_url().await.unwrap().query().unwrap().contains("page="), "the hit opens its page");
    assert_eq!(text(&browser, ".ocr mark").await, "防汛抗旱应急预案");
    let drawn = "const i = document.querySelector('.scan img'); return i.complete ? i.naturalWidth : 0";
    let mut width = json!(0);
    for _ in 0..200 {
        width = browser.execute(drawn, vec![]).await.unwrap();
        if width != 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(width.as_u64().is_some_and(|width| width > 800), "the page is drawn: {width}");
    picture(&browser, "record").await;

    for (path, name) in [
        ("/batches", "batches"),
        ("/fonds", "fonds"),
        ("/fonds/X030", "fonds-one"),
        ("/schemes", "schemes"),
        ("/search?q=%E6%B0%B4+%22%E5%BA%93", "search-fault"),
        ("/nothing", "problem"),
    ] {
        browser.goto(&format!("http://{}{path}", house.server.address())).await.unwrap();
        picture(&browser, name).await;
    }
    browser.goto(&format!("http://{}/batches", house.server.address())).await.unwrap();
    browser.find(Locator::Css("main table a")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("main h1")).await.unwrap();
    picture(&browser, "batch").await;

    browser.set_window_size(390, 844).await.unwrap();
    for (path, name) in [("/", "today-390"), ("/search?q=%E9%98%B2%E6%B1%9B", "search-390")] {
        browser.goto(&format!("http://{}{path}", house.server.address())).await.unwrap();
        picture(&browser, name).await;
        let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.execute(wide, vec![]).await.unwrap(), json!(0), "{name} is wider than the screen");
    }
    browser.close().await.unwrap();
}
