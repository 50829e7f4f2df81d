//! Figures as JSON, for programs that read what a table shows people: one document a command, `null` where there is no
//! value, numbers as results have them.

use serde_json::{Map, Value, json};

use super::columns::Column;
use super::groups::{Group, Groups};
use super::plan::Plan;
use super::published::{self, Comparison};
use super::record::Record;
use super::results;
use crate::stats::{Summary, six};

/// A float as results have it: six significant digits.
pub fn number(value: f64) -> Value {
    six(value).parse::<f64>().map_or(Value::Null, |rounded| match rounded {
        whole if whole.fract() == 0.0 && whole.abs() < 1e15 => json!(whole as i64),
        other => json!(other),
    })
}

/// [`number`], or `null`.
pub fn number_or_null(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// A document, one line.
pub fn document(value: &Value) -> String {
    value.to_string() + "\n"
}

/// A line for each element, each with the same keys.
pub fn lines(values: impl IntoIterator<Item = Value>) -> String {
    values.into_iter().map(|value| document(&value)).collect()
}

/// What `peerlab run` found: for each group of runs the mean and the half-width of the 95 % interval of every column, and
/// how that compares with what was published.
pub fn run(plan: &Plan, records: &[Record]) -> Value {
    let groups = Groups::new(plan, records);
    let columns = results::columns(plan);
    let runs: Vec<Value> = groups.groups.iter().map(|one| group(&groups, one, &columns)).collect();
    let compared: Vec<Value> = published::compare(plan, &groups).iter().map(comparison).collect();
    json!({ "scenario": plan.first.name, "title": plan.first.title, "runs": runs, "published": compared })
}

fn group(groups: &Groups<'_>, group: &Group<'_>, columns: &[&Column]) -> Value {
    let variant = &groups.variants[group.variant];
    let own = variant.own.iter().map(|(key, value)| (format!("protocol.{}.{key}", variant.protocol), value));
    let shared = group.setting.shared.iter().map(|(key, value)| (key.clone(), value));
    let swept: Map<String, Value> = own.chain(shared).map(|(key, value)| (key, json!(value))).collect();
    let value = |column: &&Column| (column.name.to_string(), summary(group.summary(column.name).as_ref()));
    json!({
        "protocol": variant.protocol,
        "peers": (group.setting.peers > 0).then_some(group.setting.peers),
        "swept": swept,
        "replicates": group.records.len(),
        "columns": columns.iter().map(value).collect::<Map<String, Value>>(),
    })
}

fn summary(summary: Option<&Summary>) -> Value {
    let one = |of: &Summary| json!({ "mean": number(of.mean), "ci95": number_or_null(of.ci95) });
    summary.map_or(Value::Null, one)
}

fn comparison(compared: &Comparison) -> Value {
    json!({
        "protocol": compared.variant,
        "runs": compared.only,
        "column": compared.column,
        "ours": summary(compared.ours.as_ref()),
        "published": number_or_null(compared.published),
        "tolerance": number(compared.tolerance),
        "at_least": compared.at_least,
        "verdict": compared.verdict(),
        "source": compared.source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_results_have_them() {
        assert_eq!(number(1.0 / 3.0).to_string(), "0.333333");
        assert_eq!(number(1_234_567.0).to_string(), "1234570");
        assert_eq!(number(3.0).to_string(), "3");
        assert_eq!(number_or_null(None), Value::Null);
        assert_eq!(lines([json!({"a": 1}), json!({"a": 2})]), "{\"a\":1}\n{\"a\":2}\n");
    }
}
