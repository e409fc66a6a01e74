//! The holdings: codes for ever, visible at once, fonds that keep their code.

use crate::harness::{TestClock, TestDb, on_both_databases};
use lantai::{
    access::{Reach, Scope},
    audit::{Change, Event},
    db::Db,
    holdings::{
        self, Described, DescribedFile, FondsJson, HoldingsError, NewRecord, RECORD_JSON, SchemeRow,
        code::{Parts, Scheme, Serial},
    },
    kernel::{Actor, Clock as _, Filing, Id, Record, Secrecy},
    profile::{Kind, Profile},
};

const WHO: Actor = Actor::Operator;

fn the_scheme() -> Scheme {
    let profile = Profile::compiled().unwrap();
    Scheme::of(&profile, profile.preset("DAT22-2015").unwrap(), "X001", "WS", 2000).unwrap()
}

/// An archive with fonds X001 and a scheme for its WS.
async fn an_archive(db: &TestDb, clock: &TestClock) -> Db {
    let db = Db::open(&db.url).await.unwrap();
    let mut change = Change::begin(&db, clock, &WHO).await.unwrap();
    let names = [("2001-01-01".parse().unwrap(), "子虚县人民政府".to_owned())];
    holdings::add_fonds(&mut change, "X001", &names).await.unwrap();
    let scheme = the_scheme();
    let row = SchemeRow {
        id: "s1".into(),
        fonds: "X001".into(),
        category: "WS".into(),
        from_year: scheme.first_year(),
        scheme,
    };
    holdings::add_scheme(&mut change, &row).await.unwrap();
    change.commit(Event::new("test.made", "a")).await.unwrap();
    db
}

fn a_record(clock: &TestClock, filing: &Id<Filing>, code: &str, secrecy: Secrecy) -> NewRecord {
    let code = the_scheme().parse(code).unwrap();
    let described = Described {
        form: RECORD_JSON.into(),
        id: Id::<Record>::fresh(clock.now()).to_string(),
        code: code.as_str().into(),
        fonds: FondsJson { id: "f".into(), code: "X001".into(), names: vec![] },
        scheme_id: "s1".into(),
        scheme_from_year: 2000,
        scheme: serde_json::Value::Null,
        category: "WS".into(),
        department: code.part(Kind::Department).map(str::to_owned),
        year: code.year(),
        retention: code.retention().map(|r| r.to_string()),
        secrecy: secrecy.to_string(),
        title: format!("关于{}的通知", code.as_str()),
        responsible: "子虚县".into(),
        docno: String::new(),
        dated: Some("2011-06".into()),
        pages: None,
        note: String::new(),
        carrier: Some("dual".into()),
        in_box: Some("12".into()),
        place: None,
        extra: vec![("盒号".into(), "12".into())],
        filing: filing.to_string(),
        filed_at: clock.now().to_string(),
        files: vec![DescribedFile {
            number: 1,
            name: "1.pdf".into(),
            path: "v1/content/0001".into(),
            format: "pdf".into(),
            bytes: 3,
            sha256: lantai::kernel::Sha256::of(code.as_str().as_bytes()).to_string(),
            pages: Some(2),
            puid: None,
            puid_basis: None,
            puid_name: None,
        }],
    };
    NewRecord {
        secrecy,
        scope: code.scope_key().into(),
        serial: i64::try_from(code.number()).unwrap(),
        ends_on: None,
        described,
    }
}

async fn file(db: &Db, clock: &TestClock, codes: &[&str], secrecy: Secrecy) -> Result<Id<Filing>, HoldingsError> {
    let mut change = Change::begin(db, clock, &WHO).await?;
    let filing = holdings::open_filing(&mut change).await?;
    let records: Vec<_> = codes.iter().map(|code| a_record(clock, &filing, code, secrecy)).collect();
    holdings::file(&mut change, &records).await?;
    change.commit(Event::new("test.filed", &filing)).await?;
    Ok(filing)
}

async fn publish(db: &Db, clock: &TestClock, filing: &Id<Filing>) {
    let mut change = Change::begin(db, clock, &WHO).await.unwrap();
    holdings::publish(&mut change, filing).await.unwrap();
    change.commit(Event::new("test.published", filing)).await.unwrap();
}

async fn a_filing_is_seen_by_nobody_until_it_is_published(db: TestDb) {
    let clock = TestClock::default();
    let db = an_archive(&db, &clock).await;
    let code = "X001-WS·2011-Y-BGS-0001";
    let filing = file(&db, &clock, &[code], Secrecy::Open).await.unwrap();
    let reach = Reach::up_to(0);
    assert!(holdings::by_code(&db, &reach, code).await.unwrap().is_none());
    assert_eq!(holdings::totals(&db, &reach).await.unwrap().records, 0);
    assert!(holdings::records_of_filing(&db, &reach, filing.as_str(), None, 10).await.unwrap().items.is_empty());
    publish(&db, &clock, &filing).await;
    let seen = holdings::by_code(&db, &reach, code).await.unwrap().unwrap();
    assert_eq!((seen.carrier.as_deref(), seen.in_box.as_deref(), seen.place), (Some("dual"), Some("12"), None));
    assert_eq!((seen.files.len(), seen.extra), (1, vec![("盒号".to_owned(), "12".to_owned())]));
    assert_eq!(seen.dated.unwrap().to_string(), "2011-06");
}

async fn a_reach_of_nothing_reaches_nothing_and_scopes_add_up(db: TestDb) {
    let clock = TestClock::default();
    let db = an_archive(&db, &clock).await;
    let codes = ["X001-WS·2011-Y-BGS-0001", "X001-WS·2012-Y-CZJ-0001"];
    publish(&db, &clock, &file(&db, &clock, &codes, Secrecy::Open).await.unwrap()).await;
    publish(&db, &clock, &file(&db, &clock, &["X001-WS·2013-Y-BGS-0001"], Secrecy::Internal).await.unwrap()).await;
    let any = Scope::up_to(0);
    for (reach, records) in [
        (Reach::nothing(), 0),
        (Reach::up_to(0), 2),
        (Reach::up_to(1), 3),
        (Reach::of(vec![Scope { departments: Some(vec!["BGS".into()]), ..any.clone() }]), 1),
        (Reach::of(vec![Scope { departments: Some(vec![]), ..any.clone() }]), 0),
        (Reach::of(vec![Scope { fonds: Some(vec!["X002".into()]), ..any.clone() }]), 0),
        (Reach::of(vec![Scope { years: Some((2012, 2020)), secrecy_at_most: 4, ..any.clone() }]), 2),
        (
            Reach::of(vec![
                Scope { years: Some((2011, 2011)), ..any.clone() },
                Scope { categories: Some(vec!["WS".into()]), years: Some((2013, 2013)), secrecy_at_most: 1, ..any },
            ]),
            2,
        ),
    ] {
        assert_eq!(holdings::totals(&db, &reach).await.unwrap().records, records, "{reach:?}");
    }
}

async fn a_code_given_out_once_is_never_given_again(db: TestDb) {
    let clock = TestClock::default();
    let db = an_archive(&db, &clock).await;
    file(&db, &clock, &["X001-WS·2011-Y-BGS-0003"], Secrecy::Open).await.unwrap();
    let again = file(&db, &clock, &["X001-WS·2011-Y-BGS-0004", "X001-WS·2011-Y-BGS-0003"], Secrecy::Open).await;
    assert!(matches!(again, Err(HoldingsError::CodesTaken)), "{again:?}");
    let asked = [3, 4].map(|serial| ("X001-WS·2011-Y-BGS".to_owned(), serial));
    let used = holdings::numbers_used(&db, &asked).await.unwrap();
    assert_eq!(used.into_values().collect::<Vec<_>>(), ["X001-WS·2011-Y-BGS-0003"], "nothing of the refused is kept");
    // The counter goes on behind the highest.
    let mut change = Change::begin(&db, &clock, &WHO).await.unwrap();
    assert_eq!(holdings::next_serial(&mut change, "X001-WS·2011-Y-BGS").await.unwrap(), 4);
    drop(change);
    let gaps = holdings::gaps_of(&db, "X001").await.unwrap();
    assert_eq!((gaps[0].scope.as_str(), &gaps[0].missing[..]), ("X001-WS·2011-Y-BGS", &[(1, 2)][..]));
}

/// Each takes its number in the change that files its record.
async fn eight_writers_number_their_records_without_a_double_or_a_gap(db: TestDb) {
    let clock = TestClock::default();
    let db = an_archive(&db, &clock).await;
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (db, clock) = (db.clone(), clock.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    let scheme = the_scheme();
                    let class = scheme.parse("X001-WS·2011-Y-BGS-0001").unwrap();
                    let mut change = Change::begin(&db, &clock, &WHO).await.unwrap();
                    let filing = holdings::open_filing(&mut change).await.unwrap();
                    let serial = holdings::next_serial(&mut change, class.scope_key()).await.unwrap();
                    let number = u64::try_from(serial).unwrap();
                    let code = Serial::next(&scheme, &Parts::from(&class), number).unwrap();
                    let record = a_record(&clock, &filing, code.as_str(), Secrecy::Open);
                    holdings::file(&mut change, &[record]).await.unwrap();
                    holdings::publish(&mut change, &filing).await.unwrap();
                    change.commit(Event::new("test.filed", &filing)).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(holdings::totals(&db, &Reach::up_to(0)).await.unwrap().records, 80);
    assert!(holdings::gaps_of(&db, "X001").await.unwrap().is_empty());
    assert!(holdings::by_code(&db, &Reach::up_to(0), "X001-WS·2011-Y-BGS-0080").await.unwrap().is_some());
}

/// A batch's range is taken at once; what a failed batch leaves stands in the report.
async fn a_range_that_is_not_filed_stays_used_and_is_reported(db: TestDb) {
    let clock = TestClock::default();
    let db = an_archive(&db, &clock).await;
    let mut change = Change::begin(&db, &clock, &WHO).await.unwrap();
    assert_eq!(holdings::reserve(&mut change, "X001-WS·2011-Y-BGS", 5).await.unwrap(), 1);
    change.commit(Event::new("test.reserved", "r")).await.unwrap();
    file(&db, &clock, &["X001-WS·2011-Y-BGS-0002"], Secrecy::Open).await.unwrap();
    let mut change = Change::begin(&db, &clock, &WHO).await.unwrap();
    assert_eq!(holdings::next_serial(&mut change, "X001-WS·2011-Y-BGS").await.unwrap(), 6);
    change.commit(Event::new("test.taken", "r")).await.unwrap();
    let gaps = holdings::gaps_of(&db, "X001").await.unwrap();
    assert_eq!(gaps[0].missing, [(1, 1), (3, 6)]);
}

async fn a_rename_keeps_the_code_and_the_old_name(db: TestDb) {
    let clock = TestClock::default();
    let db = an_archive(&db, &clock).await;
    let day = "2015-05-01".parse().unwrap();
    holdings::rename_fonds(&db, &clock, &WHO, "X001", "子虚市人民政府", day).await.unwrap();
    let fonds = holdings::fonds_by_code(&db, "X001").await.unwrap().unwrap();
    assert_eq!(fonds.name_on("2015-04-30".parse().unwrap()), "子虚县人民政府");
    assert_eq!(fonds.name_on(day), "子虚市人民政府");
    assert_eq!(fonds.names.len(), 2);
    for (code, name, refused) in [("X001", "又名", "already renamed"), ("X009", "无", "no fonds"), ("X001", "", "name")]
    {
        let error = holdings::rename_fonds(&db, &clock, &WHO, code, name, day).await.unwrap_err().to_string();
        assert!(error.contains(refused), "{error}");
    }
    for (code, refused) in [("X001", "already"), ("x001", "four"), ("X0011", "four"), ("全宗01", "four")] {
        let mut change = Change::begin(&db, &clock, &WHO).await.unwrap();
        let error = holdings::add_fonds(&mut change, code, &[(day, "名".into())]).await;
        assert!(error.unwrap_err().to_string().contains(refused), "{code}");
    }
}

on_both_databases!(
    a_filing_is_seen_by_nobody_until_it_is_published,
    a_reach_of_nothing_reaches_nothing_and_scopes_add_up,
    a_code_given_out_once_is_never_given_again,
    eight_writers_number_their_records_without_a_double_or_a_gap,
    a_range_that_is_not_filed_stays_used_and_is_reported,
    a_rename_keeps_the_code_and_the_old_name,
);
