#include "service/pool/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "common/base/log.h"
#include "common/net/http.h"

namespace lemma::pool {
Result<std::vector<std::string>> ResolveHost(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return Unavailable("cannot find " + host + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, &freeaddrinfo);
  std::set<std::string> v4;
  std::set<std::string> v6;
  char text[INET6_ADDRSTRLEN] = "";
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
      v4.insert(inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text)));
    } else if (entry->ai_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(entry->ai_addr);
      v6.insert(inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof(text)));
    }
  }
  const std::set<std::string>& chosen = v4.empty() ? v6 : v4;
  if (chosen.empty()) return Unavailable("cannot find " + host + ": it has no address");
  return std::vector<std::string>(chosen.begin(), chosen.end());
}

bool IsDnsName(const std::string& host) {
  in_addr v4;
  in6_addr v6;
  return inet_pton(AF_INET, host.c_str(), &v4) != 1 &&
         inet_pton(AF_INET6, host.c_str(), &v6) != 1 && !net::EqualsIgnoreCase(host, "localhost");
}

NameWatcher::NameWatcher(std::chrono::milliseconds interval, Resolve resolve,
                         OnResolved on_resolved)
    : interval_(interval), resolve_(std::move(resolve)), on_resolved_(std::move(on_resolved)) {
  thread_ = std::thread([this] { Run(); });
}

NameWatcher::~NameWatcher() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void NameWatcher::Watch(const std::string& id, const std::string& host) {
  MutexLock lock(mutex_);
  names_[id] = {host, std::chrono::steady_clock::now()};
  changed_.notify_all();
}

void NameWatcher::Forget(const std::string& id) {
  MutexLock lock(mutex_);
  names_.erase(id);
}

void NameWatcher::Run() {
  while (true) {
    std::string id;
    std::string host;
    {
      MutexLock lock(mutex_);
      if (is_stopping_) return;
      const auto now = std::chrono::steady_clock::now();
      const auto next =
          std::ranges::min_element(names_, {}, [](const auto& entry) { return entry.second.due; });
      if (next == names_.end()) {
        changed_.wait(mutex_);
        continue;
      }
      const auto due = next->second.due;  // the wait reads it without the lock
      if (now < due) {
        changed_.wait_until(mutex_, due);
        continue;
      }
      next->second.due = now + interval_;
      id = next->first;
      host = next->second.host;
    }
    Ask(id, host);
  }
}

void NameWatcher::Ask(const std::string& id, const std::string& host) {
  const auto addresses = resolve_(host);
  if (addresses.ok()) return on_resolved_(id, *addresses);
  LogWarning("pool: {}", addresses.status().message());
}

}  // namespace lemma::pool
