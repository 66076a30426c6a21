#include "service/gateway/profiles_reply.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace lemma::gateway {

net::HttpResponse ProfilesReply(const reason::ProfileSet& profiles, const ProfileCaller& caller) {
  boost::json::array list;
  for (const std::string& name : profiles.names()) {
    if (!caller.Check(name).ok()) continue;
    const auto profile = profiles.Find(name, caller.sticky);
    if (!profile.ok()) continue;  // nothing of it is in production
    const auto& chosen = caller.chosen_from;
    list.push_back(boost::json::object{
        {"id", name},
        {"object", "profile"},
        {"version", (*profile)->version},
        {"task", reason::NameOf((*profile)->task_type)},
        {"description", (*profile)->description},
        {"model", (*profile)->model},
        {"fits_model", chosen.empty() || std::ranges::find(chosen, name) != chosen.end()}});
  }
  const boost::json::object body = {{"object", "list"}, {"data", std::move(list)}};
  return net::HttpResponse::Json(200, boost::json::serialize(body));
}

}  // namespace lemma::gateway
