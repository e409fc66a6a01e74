//! A person sends a batch from a browser.

use super::{House, driver::Driver};
use crate::harness::{Archive, TestDb};
use fantoccini::{Client, Locator};
use std::{fs, time::Duration};

const CODE: &str = "X001-WS·2011-Y-BGS-0001";

async fn fill(browser: &Client, css: &str, value: &str) {
    browser.find(Locator::Css(css)).await.unwrap().send_keys(value).await.unwrap();
}

async fn click(browser: &Client, css: &str) {
    browser.wait().for_element(Locator::Css(css)).await.unwrap().click().await.unwrap();
}

/// Waits until there is an element, the page being looked at anew meanwhile.
async fn comes(browser: &Client, css: &str) {
    for _ in 0..1_200 {
        if browser.find(Locator::Css(css)).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{css} never comes: {}", browser.source().await.unwrap());
}

/// Signs in and opens a batch; gives its path.
async fn opened(browser: &Client, house: &House, (name, password): &(String, String)) -> String {
    let at = |path: &str| format!("http://{}{path}", house.server.address());
    browser.goto(&at("/")).await.unwrap();
    fill(browser, "#name", name).await;
    fill(browser, "#password", password).await;
    click(browser, "form[action='/sign-in'] button").await;
    browser.wait().for_element(Locator::Css("input[name='q']")).await.unwrap();
    browser.goto(&at("/batches/new")).await.unwrap();
    fill(browser, "#name", "浏览器送的批次").await;
    click(browser, "form[action='/batches/new'] button").await;
    comes(browser, "[data-send]:not([hidden])").await;
    browser.current_url().await.unwrap().path().trim_end_matches("/send").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_waits_and_goes_on_after_a_reload_and_what_was_mended_is_sent_anew() {
    let archive = Archive::new(&TestDb::sqlite());
    let account = archive.account("archivist");
    let house = House::serving(archive).await;
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join(format!("{CODE}.bin"));
    let bytes: Vec<u8> = (0..96_u32 << 20).step_by(4).flat_map(u32::to_le_bytes).collect();
    fs::write(&large, &bytes).unwrap();
    let driver = Driver::start();
    let browser = driver.browser(1280, 1000).await;
    let batch = opened(&browser, &house, &account).await;
    let first = async || {
        let listed = house.server.get(&format!("/api/v1{batch}/files"), &house.archivist).await.json();
        listed["items"][0].clone()
    };
    fill(&browser, "#send-files", &large.display().to_string()).await;
    while first().await["received"].as_u64().unwrap_or(0) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    click(&browser, "[data-hold]").await;
    // What was on its way when it was paused is settled first.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let paused = first().await;
    assert_eq!(paused["whole"], false, "it was paused amid the file");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(first().await, paused, "nothing comes while it is paused");
    browser.refresh().await.unwrap();
    comes(&browser, "[data-send]:not([hidden])").await;
    fill(&browser, "#send-files", &large.display().to_string()).await;
    comes(&browser, "[data-files] tr .st.done").await;
    let whole = first().await;
    assert_eq!((&whole["id"], &whole["whole"]), (&paused["id"], &true.into()), "it went on: {whole}");
    // Mended to the same length: another time of change is another file.
    fs::write(&large, bytes.iter().map(|byte| byte ^ 1).collect::<Vec<u8>>()).unwrap();
    browser.refresh().await.unwrap();
    comes(&browser, "[data-send]:not([hidden])").await;
    fill(&browser, "#send-files", &large.display().to_string()).await;
    while first().await["id"] == whole["id"] || first().await["whole"] != true {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sends_a_batch_checks_it_and_has_it_taken_in() {
    let archive = Archive::new(&TestDb::sqlite());
    let account = archive.account("archivist");
    let house = House::serving(archive).await;
    let folder = tempfile::tempdir().unwrap();
    let catalogue = folder.path().join("目录.csv");
    fs::write(&catalogue, format!("档号,题名,责任者,日期\n{CODE},关于水库的通知,水利局,2011-06-14\n")).unwrap();
    let text = folder.path().join(format!("{CODE}.txt"));
    // More than goes along with the announcement.
    fs::write(&text, "关于水库的正文\n".repeat(60_000)).unwrap();

    let driver = Driver::start();
    let browser = driver.browser(1280, 1000).await;
    let batch = opened(&browser, &house, &account).await;
    fill(&browser, "#send-files", &format!("{}\n{}", catalogue.display(), text.display())).await;
    comes(&browser, "[data-files] tr:nth-child(2) .st.done").await;
    comes(&browser, "[data-files] tr:nth-child(1) .st.done").await;
    comes(&browser, "[data-check]:not([disabled])").await;
    // What came is the server's to know: it stands there after a reload too.
    browser.refresh().await.unwrap();
    comes(&browser, "[data-files] tr:nth-child(2) .st.done").await;

    click(&browser, "[data-check]").await;
    comes(&browser, "input[name='make_missing']").await;
    click(&browser, "input[name='make_missing']").await;
    click(&browser, "button[value='commit']").await;
    for _ in 0..1_200 {
        let shown = house.server.get(&format!("/api/v1{batch}"), &house.archivist).await.json();
        if shown["state"] == "filed" {
            assert_eq!(shown["records"], 1);
            browser.close().await.unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is never filed: {}", house.server.logged());
}
