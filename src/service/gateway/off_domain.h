// What becomes of a question that its profile is not for, and the refusal: an answer of the
// gateway's own, in the shape of a worker's.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <string_view>

#include "service/gateway/relay.h"
#include "service/gateway/reply.h"
#include "service/reason/task_profile.h"

namespace lemma::gateway {

struct DomainVerdict {
  reason::OffDomainPolicy policy = reason::OffDomainPolicy::kPass;  // what becomes of the request
  std::string refusal;  // in the question's language; "" where it is not refused
};

// Of a chat that runs with this profile's prompts. `messages` are canonical; it is off-domain where
// each of the last questions is (a conversation about a problem may have a "thanks" in it).
DomainVerdict JudgeDomain(const reason::TaskProfile& profile, const boost::json::array& messages);
DomainVerdict JudgeDomain(const reason::TaskProfile& profile, std::string_view question);

// Answers with `refusal` what a worker would have answered to `request`, a chat with a body that is
// a JSON object: whole or streamed, finish_reason "stop", a usage of no tokens, and in the choice
// "lemma": {"off_domain": "refused"}. `model`: where the request names none.
void AnswerRefusal(Reply& reply, const net::HttpRequest& request, AnswerMapper& mapper,
                   const std::string& refusal, const std::string& model);

}  // namespace lemma::gateway
