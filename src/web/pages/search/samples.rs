use super::*;
use crate::search::FaultKind;
use crate::web::pages::{Frame, Marked, Pager, Place, Standing};
use crate::web::texts::Lang;

fn value(code: &str, word: &str, count: u64, chosen: bool) -> FacetValue {
    FacetValue { code: code.into(), word: word.into(), count, chosen }
}

fn facets() -> Vec<Facet> {
    let facet = |kind, values| Facet { kind, values };
    vec![
        facet(FacetKind::Fonds, vec![value("X099", "乌有实业集团", 287, true), value("X102", "无何有水务", 25, false)]),
        facet(FacetKind::Category, vec![value("WS", "文书", 1241, false), value("KJ", "科技", 38, false)]),
        facet(FacetKind::Year, vec![value("2012", "", 97, false), value("2011", "", 86, false)]),
        facet(FacetKind::Retention, vec![value("Y", "永久", 164, false), value("D30", "定期30年", 121, false)]),
        facet(FacetKind::Department, vec![value("TDC", "土地处", 198, false)]),
    ]
}

fn hits() -> Vec<Hit> {
    vec![
        Hit {
            id: "r1".into(),
            reference: Some("X099-WS·2011-Y-TDC-0023".into()),
            title: Marked::finding("子虚县人民政府关于乌有村集体土地确权登记发证工作方案的批复", "土地确权"),
            snippet: Some(Marked::finding(
                "……原则同意《乌有村集体土地确权登记发证工作方案》，由你公司会同乌有村村民委员会组织实施。二、土地确权范围以第二次土地调查成果为底图，四至界线须经相邻权利人到场指界并签字认定……",
                "土地确权",
            )),
            responsible: Some("子虚县人民政府".into()),
            docno: Some("虚政发〔2011〕23号".into()),
            date: Some("2011-06-14".into()),
            retention: Some("永久".into()),
            secrecy: None,
            standing: Standing::Sealed,
            page: Some(1),
            thumb: Some(1),
        },
        Hit {
            id: "r2".into(),
            reference: None,
            title: Marked::plain("<script>alert(1)</script> 未编号的件"),
            snippet: None,
            responsible: None,
            docno: None,
            date: None,
            retention: None,
            secrecy: Some("内部".into()),
            standing: Standing::Filed,
            page: None,
            thumb: None,
        },
    ]
}

impl SearchPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, SearchPage)> {
        let page = |q: &str, filters: Filters, facets, result| SearchPage {
            frame: Frame::sample(lang, Some(Place::Search)),
            q: q.into(),
            sort: Sort::Date,
            filters,
            facets,
            result,
        };
        let narrowed = Filters { fonds: vec!["X099".into()], year_from: "2009".into(), ..Filters::default() };
        let base = SearchPage::base("土地确权", Sort::Date, &narrowed);
        let found = |total, hits, pages| SearchResult::Found {
            total,
            took_ms: 80,
            hits,
            pager: Pager { page: 2, pages, base: base.clone() },
        };
        let fault = QueryFault {
            before: "题名:确权 AND ".into(),
            at: "(".into(),
            after: "公示".into(),
            kind: FaultKind::Bracket,
        };
        vec![
            ("found", page("土地确权", narrowed.clone(), facets(), found(312, hits(), 45))),
            ("none", page("土地確權", narrowed, facets(), found(0, vec![], 0))),
            ("unasked", page("", Filters::default(), vec![], SearchResult::Unasked)),
            ("fault", page("题名:确权 AND (公示", Filters::default(), vec![], SearchResult::Fault(fault))),
        ]
    }
}
