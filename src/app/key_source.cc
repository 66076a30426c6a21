#include "app/key_source.h"

#include "app/hub_settings.h"
#include "common/base/file.h"
#include "service/pool/replica_spec.h"

namespace lemma::app {

Result<std::string> ReadKey(const KeySource& source) {
  std::string key;
  std::string place;
  if (!source.file.empty()) {
    place = "key-file " + source.file;
    LEMMA_ASSIGN_OR_RETURN(key, ReadFile(source.file, pool::kReplicaKeyBytesMax));
  } else if (!source.variable.empty()) {
    place = "key-env " + source.variable;
    key = EnvironmentValue(source.variable.c_str());
  } else {
    return key;
  }
  while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();
  LEMMA_RETURN_IF_ERROR(pool::CheckReplicaKey(key).WithPrefix(place));
  return key;
}

}  // namespace lemma::app
