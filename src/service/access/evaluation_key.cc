#include "service/access/evaluation_key.h"

namespace lemma::access {

ApiKey EvaluationKey() {
  ApiKey key;
  key.id = key.spec.name = kEvaluationKeyId;
  key.spec.priority = -100;  // CheckKeySpec: the lowest
  return key;
}

}  // namespace lemma::access
