// SPDX-License-Identifier: Apache-2.0
#include "CDigest.h"

#if defined(__linux__)

typedef struct evp_md_st EVP_MD;
typedef struct engine_st ENGINE;
extern EquipoiseDigestContext *EVP_MD_CTX_new(void);
extern void EVP_MD_CTX_free(EquipoiseDigestContext *context);
extern const EVP_MD *EVP_sha256(void);
extern int EVP_DigestInit_ex(EquipoiseDigestContext *context, const EVP_MD *type, ENGINE *engine);
extern int EVP_DigestUpdate(EquipoiseDigestContext *context, const void *bytes, size_t count);
extern int EVP_DigestFinal_ex(EquipoiseDigestContext *context, unsigned char *digest, unsigned int *size);
extern int OPENSSL_init_crypto(uint64_t options, const void *settings);

// OPENSSL_INIT_NO_LOAD_CONFIG: a checksum depends on no file of the machine's, which a confined process may
// not read.
static const uint64_t withoutConfiguration = 0x80;

EquipoiseDigestContext *equipoise_digest_new(void) {
  if (!OPENSSL_init_crypto(withoutConfiguration, NULL)) return NULL;
  EquipoiseDigestContext *context = EVP_MD_CTX_new();
  if (context && !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
    EVP_MD_CTX_free(context);
    return NULL;
  }
  return context;
}

int equipoise_digest_update(EquipoiseDigestContext *context, const void *bytes, size_t count) {
  return EVP_DigestUpdate(context, bytes, count);
}

int equipoise_digest_finish(EquipoiseDigestContext *context, uint8_t *digest) {
  return EVP_DigestFinal_ex(context, digest, NULL);
}

void equipoise_digest_free(EquipoiseDigestContext *context) { EVP_MD_CTX_free(context); }

#endif
