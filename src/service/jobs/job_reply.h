// Jobs as clients see them.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "service/store/job_store.h"

namespace lemma::jobs {

// With its result or error where it has one of at most so many bytes.
boost::json::object RenderJob(const store::Job& job, size_t result_bytes_max = SIZE_MAX);

}  // namespace lemma::jobs
