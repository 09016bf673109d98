//! How steps grow, from counts of them.

use super::{Attack, Judge, Sample};

/// Most steps of one run.
const RUN: u64 = 150_000;
/// Steps from which on doubling is taken at its word.
const CONVINCING: u64 = 20_000;
/// Most repetitions that doubling may take to become convincing.
const DOUBLINGS: usize = 60;
/// The power from which on few repetitions are all that can be counted.
const STEEP: u32 = 7;
/// Longest text of one run.
const LENGTH: usize = 6_000;

impl Judge<'_> {
    /// Counts that double, or do worse, with each repetition.
    pub(super) fn doubles(&mut self, attack: &Attack) -> Option<Vec<Sample>> {
        let mut samples: Vec<Sample> = Vec::new();
        for times in 1..=DOUBLINGS {
            match self.measure(attack, times, RUN) {
                Some(sample) => samples.push(sample),
                None => break,
            }
            // Nothing that doubles is so small after so many repetitions.
            if 24 < times
                && samples
                    .last()
                    .is_some_and(|it| it.steps < 2_000 + 200 * times as u64)
            {
                return None;
            }
        }
        let ratios: Vec<f64> = ratios(&samples);
        let last = ratios.last().copied()?;
        let before = ratios.get(ratios.len().saturating_sub(3))?;
        // Where one repetition more was already too many, the counts before it are small.
        let steps = samples.last()?.steps;
        let is_cut_off = samples.len() < DOUBLINGS && 8 * steps < RUN;
        let is_convincing = CONVINCING <= steps || is_cut_off;
        // The ratios of a power of the length fall towards one.
        let is_steady = *before * 0.93 <= last && (1 < ratios.len() || 8.0 < last);
        (is_convincing && is_steady && 1.4 < last).then_some(samples)
    }

    /// The power that the counts grow with, at most the one expected.
    pub(super) fn power(&mut self, attack: &Attack, most: u32) -> Option<(u32, Vec<Sample>)> {
        self.exact_power(attack, most)
            .or_else(|| self.rough_power(attack, most))
    }

    /// Counts that are a polynomial of the repetitions to the last step: their differences vanish at its degree.
    fn exact_power(&mut self, attack: &Attack, most: u32) -> Option<(u32, Vec<Sample>)> {
        let stride = match most {
            ..=2 => 16,
            3 => 8,
            4 => 4,
            5..STEEP => 2,
            _ => return None,
        };
        let count = most as usize + 3;
        let mut samples = Vec::new();
        for index in 1..=count {
            samples.push(self.measure(attack, index * stride, RUN)?);
        }
        let mut differences: Vec<i128> = samples.iter().map(|it| i128::from(it.steps)).collect();
        let mut degree = 0;
        while 1 < differences.len() && differences.iter().any(|it| *it != 0) {
            let pairs = differences.windows(2);
            differences = pairs
                .filter_map(|pair| Some(pair.last()? - pair.first()?))
                .collect();
            degree += 1;
        }
        if differences.iter().any(|it| *it != 0) || degree < 3 {
            return None;
        }
        let degree = degree - 1;
        // A bound on the repetitions shows in longer texts only.
        let far = 320 >> (2 * (degree - 2).min(3));
        let far = self.measure(attack, far.max(12), 2 * RUN)?;
        let last = samples.last().copied()?;
        let grown = (far.times as f64 / last.times as f64).powi(i32::try_from(degree).ok()?);
        let expected = last.steps as f64 * grown;
        if last.times < far.times && (far.steps as f64) < 0.5 * expected {
            return None;
        }
        samples.push(far);
        samples.sort_by_key(|it| it.times);
        Some((degree, samples))
    }

    /// The power between the counts of ever longer texts.
    fn rough_power(&mut self, attack: &Attack, most: u32) -> Option<(u32, Vec<Sample>)> {
        let mut samples: Vec<Sample> = Vec::new();
        let mut times = if most < STEEP { 8 } else { 1 };
        let most_times = if most < STEEP { LENGTH } else { DOUBLINGS };
        while attack.text(1).0.len() * times <= LENGTH && times <= most_times {
            match self.measure(attack, times, 2 * RUN) {
                Some(sample) => samples.push(sample),
                None => break,
            }
            times = if most < STEEP { 2 * times } else { times + 1 };
        }
        let powers = samples.windows(2).zip(ratios(&samples));
        let powers = powers.filter_map(|(pair, ratio)| {
            let longer = pair.last()?.times as f64 / pair.first()?.times as f64;
            Some(ratio.ln() / longer.ln())
        });
        let powers: Vec<f64> = powers.collect();
        let last = powers.last().copied()?;
        let before = powers.len().checked_sub(2).and_then(|at| powers.get(at))?;
        // Where a count ends the loops, the power falls below the one expected.
        let is_falling = last < before - 0.15 && last < f64::from(most) - 0.5;
        if last < 1.75 || is_falling {
            return None;
        }
        let powers = 2..=most.max(2);
        let degree = powers.min_by(|a, b| {
            let off = |power: u32| (f64::from(power) - last).abs();
            off(*a).total_cmp(&off(*b))
        })?;
        Some((degree, samples))
    }
}

fn ratios(samples: &[Sample]) -> Vec<f64> {
    let pairs = samples.windows(2);
    pairs
        .filter_map(|pair| Some(pair.last()?.steps as f64 / pair.first()?.steps.max(1) as f64))
        .collect()
}

#[cfg(test)]
impl Judge<'_> {
    /// How the steps on an attack grow, whatever was expected of it.
    pub(crate) fn growth(&mut self, attack: &Attack) -> Option<super::Growth> {
        if self.doubles(attack).is_some() {
            return Some(super::Growth::Exponential);
        }
        let power = self.exact_power(attack, 4);
        power.map(|(degree, _)| super::Growth::Polynomial(degree))
    }
}
