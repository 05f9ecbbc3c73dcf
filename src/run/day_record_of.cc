#include "run/day_record_of.h"

#include "changes/day_changes.h"
#include "costmill/version.h"

namespace costmill {

DayRecord record_of(const MonthPlan& plan, const ClusterIdentity& cluster, const FiguresConfig& figures, const ReferenceData& reference,
                    const DayOutcome& outcome) {
  return {.source_uuid = cluster.source_uuid,
          .day = outcome.day,
          .files = fingerprints_of(plan, outcome.day),
          .reference_scope = outcome.reference_scope,
          .reference = digests_within(outcome.reference_scope, reference),
          .config = figures,
          .program_version = kVersion,
          .hours_seen = static_cast<int>(outcome.hours.count()),
          .rows = outcome.encoded->row_count,
          .digest = outcome.encoded->digest,
          .totals = outcome.totals,
          .signs = signs_of(outcome.sanity, outcome.fan_outs)};
}

}  // namespace costmill
