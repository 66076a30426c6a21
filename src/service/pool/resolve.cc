#include "service/pool/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

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

NameWatcher::NameWatcher(std::vector<std::string> names, std::chrono::milliseconds interval,
                         Resolve resolve, OnResolved on_resolved)
    : names_(std::move(names)),
      interval_(interval),
      resolve_(std::move(resolve)),
      on_resolved_(std::move(on_resolved)),
      thread_([this] { Watch(); }) {}

NameWatcher::~NameWatcher() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void NameWatcher::Watch() {
  while (true) {
    for (size_t i = 0; i < names_.size(); ++i) {
      const auto addresses = resolve_(names_[i]);
      if (addresses.ok()) {
        on_resolved_(i, *addresses);
      } else {
        LogWarning("pool: {}", addresses.status().message());
      }
    }
    const auto until = std::chrono::steady_clock::now() + interval_;
    MutexLock lock(mutex_);
    while (!is_stopping_ && std::chrono::steady_clock::now() < until) {
      changed_.wait_until(mutex_, until);
    }
    if (is_stopping_) return;
  }
}

}  // namespace lemma::pool
