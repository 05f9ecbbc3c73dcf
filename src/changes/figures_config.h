// The configuration as far as it changes what a day's rows are. Whatever else is configured asks for no work.
#pragma once

#include "config/config.h"
#include "sink/day_record.h"
#include "summary/day_rows.h"

namespace costmill {

// By dotted key; `rules` is the version of this program's rules. Values are for people and for comparing.
FiguresConfig figures_config(const Config& config, const ClusterIdentity& cluster);

}  // namespace costmill
