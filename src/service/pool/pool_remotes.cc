// Which replicas there are: remotes that come and go, the addresses of their names, what whoever
// runs the service wants of each.
#include <algorithm>
#include <utility>

#include "common/base/log.h"
#include "common/net/address.h"
#include "service/pool/pool_impl.h"

namespace lemma::pool {
namespace {

Member RemoteMember(const RemoteReplica& remote, std::string name, std::string address,
                    std::vector<net::Header> headers = {}) {
  Member member;
  member.id = remote.id;
  member.name = std::move(name);
  member.address = std::move(address);
  member.model = remote.model;
  member.slots = remote.slots;
  member.headers = std::move(headers);
  if (!remote.key.empty()) member.headers.push_back({"Authorization", "Bearer " + remote.key});
  return member;
}

Status NameIsTaken(const std::string& name) {
  return InvalidArgument("two replicas have the name \"" + name + "\"");
}

Status NoSuchReplica(const std::string& id) { return NotFound("there is no replica " + id); }

}  // namespace

Status PoolImpl::AddRemote(const RemoteReplica& remote) {
  MutexLock lock(mutex_);
  if (is_stopping_) return Unavailable("the service is stopping");
  LEMMA_RETURN_IF_ERROR(AddRemote(remote, /*is_added=*/true));
  changed_.notify_all();
  return Ok();
}

Status PoolImpl::AddRemote(const RemoteReplica& config, bool is_added) {
  LEMMA_ASSIGN_OR_RETURN(const net::Address address, net::ParseAddress(config.address));
  for (const auto& [id, known] : remotes_) {
    if (id == config.id || known.config.name == config.name) {
      return NameIsTaken(config.name);
    }
  }
  // Of an https server the certificate is its name's, which is asked as one.
  if (!address.is_unix && !address.is_tls && IsDnsName(address.host)) {
    // Those of a removed one of this name that finish hold the names of the new one's.
    const bool is_finishing = std::ranges::any_of(table_.replicas(), [&](const auto& entry) {
      return entry.second.is_gone && entry.second.name.starts_with(config.name + "/");
    });
    if (is_finishing) return NameIsTaken(config.name);
    table_.Await(config.id, config.model);
    name_watcher_->Watch(config.id, address.host);
  } else {
    LEMMA_RETURN_IF_ERROR(AddMember(RemoteMember(config, config.name, config.address)).status());
  }
  remotes_.emplace(config.id, Remote{config, is_added});
  return Ok();
}

Status PoolImpl::RemoveRemote(const std::string& id) {
  MutexLock lock(mutex_);
  const auto found = remotes_.find(id);
  const bool is_worker = std::ranges::any_of(members_, [&](const auto& entry) {
    return entry.second.id == id && entry.second.process != nullptr;
  });
  if (found == remotes_.end() && !is_worker) return NoSuchReplica(id);
  if (is_worker || !found->second.is_added) {
    return InvalidArgument("was there from the start: it goes with the configuration", "id");
  }
  remotes_.erase(found);
  table_.EndAwaiting(id);
  if (!is_stopping_) name_watcher_->Forget(id);
  for (const auto& [replica, member] : members_) {
    if (member.id == id) table_.Find(replica)->is_gone = true;
  }
  return Ok();
}

Status PoolImpl::SetDraining(const std::string& id, bool draining) {
  MutexLock lock(mutex_);
  const auto remote = remotes_.find(id);
  bool is_known = remote != remotes_.end();
  if (is_known) remote->second.is_draining = draining;
  for (const auto& [replica_id, member] : members_) {
    if (member.id != id) continue;
    is_known = true;
    Replica& replica = *table_.Find(replica_id);
    replica.draining = draining;
    if (!draining && !member.is_told_to_end) replica.is_restarting = false;
  }
  return is_known ? Ok() : NoSuchReplica(id);  // what waits is looked at with the next tick
}

Status PoolImpl::Restart(const std::string& id) {
  MutexLock lock(mutex_);
  if (remotes_.contains(id)) {
    return InvalidArgument("is not a process of this service: only local workers are restarted",
                           "id");
  }
  for (const auto& [replica, member] : members_) {
    if (member.id != id || !member.process) continue;
    table_.Find(replica)->is_restarting = true;
    changed_.notify_all();
    return Ok();
  }
  return NoSuchReplica(id);
}

// The addresses that a name has now: new ones are added, those that are no more get no new
// requests.
void PoolImpl::OnResolved(const std::string& remote_id, const std::vector<std::string>& hosts) {
  MutexLock lock(mutex_);
  const auto remote = remotes_.find(remote_id);
  if (remote == remotes_.end()) return;  // it has just been removed
  const RemoteReplica& config = remote->second.config;
  net::Address address = *net::ParseAddress(config.address);
  const std::string name_and_port = address.ToString();
  for (auto& [id, member] : members_) {
    if (member.id != remote_id) continue;
    const std::string host = net::ParseAddress(member.address)->host;
    table_.Find(id)->is_gone = std::ranges::find(hosts, host) == hosts.end();
  }
  for (const std::string& host : hosts) {
    address.host = host;
    const bool is_known = std::ranges::any_of(members_, [&](const auto& entry) {
      return entry.second.id == remote_id && entry.second.address == address.ToString();
    });
    if (is_known) continue;
    const auto added = AddMember(RemoteMember(config, config.name + "/" + host, address.ToString(),
                                              {{"Host", name_and_port}}));
    if (!added.ok()) {
      LogWarning("pool: {}", added.status().message());
      continue;
    }
    table_.Find(*added)->draining = remote->second.is_draining;
    table_.EndAwaiting(remote_id);
  }
  changed_.notify_all();
}

}  // namespace lemma::pool
