//! What the archive would have to be given before a batch can be filed.

use super::plan::Plan;
use crate::ingest::defects::{Defect, DefectKind, Words};

impl Plan {
    /// Fonds and schemes that the batch brings and the archive lacks, a finding each;
    /// `remedy` says what whoever handed it in can do.
    pub fn proposals(&self, remedy: &str) -> Vec<Defect> {
        let words = |reason: String| Words { reason, remedy: remedy.to_owned() };
        let fonds = self.new_fonds.iter().map(|(code, name)| {
            Defect::new(DefectKind::FondsProposed, words(format!("档案中没有全宗 {code}，拟建立“{name}”")))
        });
        let schemes = self.new_schemes.iter().map(|scheme| {
            let reason =
                format!("全宗 {} 的 {} 类没有档号方案，拟采用 {}", scheme.fonds(), scheme.category(), scheme.preset());
            Defect::new(DefectKind::SchemeProposed, words(reason))
        });
        let wider = self.wider_schemes.iter().map(|row| {
            let reason = format!("全宗 {} 的 {} 类档号方案容不下此批的档号，拟放宽各段的位数", row.fonds, row.category);
            Defect::new(DefectKind::SchemeWidened, words(reason))
        });
        fonds.chain(schemes).chain(wider).collect()
    }
}
