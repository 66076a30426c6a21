#include "service/reason/judge/sandbox.h"

#include <fmt/format.h>
#include <unistd.h>

#include "service/reason/judge/box_launch.h"
#include "service/reason/judge/box_run.h"
#include "service/reason/judge/syscall_filter.h"

extern "C" {
extern const char lemma_box_init_begin[], lemma_box_init_end[];
}

namespace lemma::reason {

Result<Sandbox> Sandbox::Create(const SandboxOptions& options) {
  if (access(options.bubblewrap.c_str(), X_OK) != 0) {
    return Unavailable(
        fmt::format("the sandbox needs {}, which is not there: install the package bubblewrap",
                    options.bubblewrap));
  }
  LEMMA_ASSIGN_OR_RETURN(const std::string filter, MakeSyscallFilter());
  LEMMA_ASSIGN_OR_RETURN(SealedFile filter_file, SealedFile::Make(filter));
  LEMMA_ASSIGN_OR_RETURN(
      SealedFile init_file,
      SealedFile::Make(
          {lemma_box_init_begin, static_cast<size_t>(lemma_box_init_end - lemma_box_init_begin)}));
  Sandbox sandbox(options, std::move(init_file), std::move(filter_file));
  LEMMA_ASSIGN_OR_RETURN(const SealedFile nothing, SealedFile::Make(""));
  const auto tried = sandbox.Run({{"/usr/bin/true"}, {}, &nothing, {}});
  const std::string failure = !tried.ok() ? tried.status().message()
                              : tried->ending != BoxEnding::kExited || tried->exit_code != 0
                                  ? "a box in which /usr/bin/true does not work"
                                  : "";
  if (!failure.empty()) {
    return Unavailable(fmt::format(
        "this host lets no program be isolated, so none is run ({}). The sandbox needs Linux 5.14, "
        "seccomp and user namespaces for all: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), user.max_user_namespaces above "
        "0; in Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
        failure));
  }
  return sandbox;
}

Result<BoxResult> Sandbox::Run(const BoxCommand& command) const {
  LEMMA_ASSIGN_OR_RETURN(LaunchedBox box, LaunchBox(options_.bubblewrap, init_, filter_, command));
  return BoxRun(std::move(box), command.limits).Run();
}

}  // namespace lemma::reason
