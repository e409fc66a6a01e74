//! Which department handed over which year.

use super::Answer;
use crate::{
    access::Guest,
    app::App,
    web::{YearlyAsked, api::yearly_shape, yearly_of},
};

/// Every line that is asked for. Findings where any of them is owed or late.
pub(super) async fn run(app: &App, guest: &Guest, asked: YearlyAsked) -> anyhow::Result<Answer> {
    let Ok(wanted) = asked.wanted() else {
        let detail = "状态或年度不对".to_owned();
        return Ok(Answer::wrong(detail, "状态写 owed、late、not-due、untold 或 in-time，年度写四位数字"));
    };
    let all = yearly_of(app, guest).await?;
    let late = all.lines.iter().any(|line| wanted.takes(line) && line.standing.days().is_some());
    Ok(Answer::found(late, yearly_shape(&all, &wanted, 0, usize::MAX)))
}
