//! Special functions against values that mpmath 1.4 computes with thirty digits.

#![allow(clippy::excessive_precision, reason = "as the source prints them")]

use super::super::Kind;
use super::super::special::{integrate, ln_erfcx, powers, scaled_zeta};

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error < tolerance, "{what}: {found:.17e}, expected {expected:.17e}");
}

#[test]
fn the_hurwitz_zeta_function_has_its_values() {
    let rows = [
        (1.5, 1.0, 2.612_375_348_685_488_3),
        (2.0, 1.0, 1.644_934_066_848_226_4),
        (2.5, 7.0, 5.196_271_816_535_061_4),
        (1.0001, 3.0, 30_000.527_486_588_522),
        (1.4, 1000.0, 2_500.500_116_666_651_4),
        (30.0, 2.0, 1.000_005_216_027_531_2),
        (3.3, 0.5, 1.034_986_054_723_018_7),
        (200.0, 150.0, 1.361_678_113_957_192_2),
    ];
    for (s, q, expected) in rows {
        close(scaled_zeta(s, q), expected, 1e-13, &format!("q^{s} ζ({s}, {q})"));
    }
}

#[test]
fn powers_have_their_sums_and_moments() {
    let rows = [
        (2.5, 1.0, None, [1.341_487_257_250_917, 0.288_740_685_558_193_1, 0.350_452_487_877_412_8]),
        (1.7, 12.0, None, [17.654_649_108_169_69, 1.386_766_058_136_947, 2.040_189_062_919_086]),
        (8.0, 3.0, None, [1.122_627_764_712_811, 0.037_210_854_989_184_29, 0.012_998_350_144_640_5]),
        (2.5, 1.0, Some(100.0), [1.340_825_569_751_464, 0.286_279_095_006_243_3, 0.338_121_387_838_705_7]),
        (1.0, 5.0, Some(3000.0), [32.502_082_783_129_27, 3.147_200_027_960_44, 3.519_260_371_227_685]),
        (0.3, 20.0, Some(2000.0), [689.737_250_028_856_8, 3.365_307_257_456_704, 1.132_598_252_394_172]),
        (-1.2, 3.0, Some(400.0), [64_677.174_296_673_21, 4.439_625_863_675_18, 0.206_250_581_724_710_9]),
    ];
    for (s, a, b, [sum, mean, variance]) in rows {
        let found = powers(Kind::Discrete, s, a, b);
        let what = format!("x^-{s} from {a} to {b:?}");
        close(found.sum, sum, 1e-13, &what);
        close(found.mean, mean, 1e-12, &what);
        close(found.variance, variance, 1e-11, &what);
    }
}

#[test]
fn integrals_of_powers_agree_with_quadrature() {
    for (s, b) in [(2.5, 100.0), (1.0, 30.0), (1.001, 30.0), (0.2, 7.0), (-1.0, 4.0)] {
        let found = powers(Kind::Continuous, s, 2.0, Some(2.0 * b));
        let moment = |k: i32| {
            let f = |y: f64| libm::pow(y, f64::from(k)) * libm::exp((1.0 - s) * y);
            integrate(f, 0.0, libm::log(b), 8)
        };
        close(found.sum, moment(0), 1e-13, &format!("x^-{s} to {b}"));
        let mean = moment(1) / moment(0);
        close(found.mean, mean, 1e-13, &format!("x^-{s} to {b}"));
        close(found.variance, moment(2) / moment(0) - mean * mean, 1e-12, &format!("x^-{s} to {b}"));
    }
}

#[test]
fn the_scaled_error_function_has_its_values() {
    let rows = [
        (-3.0, 9.693_136_135_250_447),
        (0.0, 0.0),
        (0.5, -0.485_011_129_837_084_4),
        (2.0, -1.364_941_264_616_637_6),
        (7.9, -2.647_084_780_412_82),
        (8.1, -2.671_709_783_308_256),
        (30.0, -3.974_117_110_643_878),
        (1e4, -9.782_705_319_900_883),
    ];
    for (z, expected) in rows {
        close(ln_erfcx(z), expected, 2e-14, &format!("ln erfcx({z})"));
    }
}
