// SPDX-License-Identifier: Apache-2.0
// SHA-256 by OpenSSL's libcrypto, which uses the processor's own instructions for it.
//
// The functions are declared here, as OpenSSL 3 documents them (EVP_DigestInit(3)), so that a build needs the
// library that every Linux with Python or curl has, and not the package of its headers too.
#ifndef EQUIPOISE_DIGEST_H
#define EQUIPOISE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#if defined(__linux__)

typedef struct evp_md_ctx_st EquipoiseDigestContext;

/// A new computation of SHA-256, which `equipoise_digest_free` ends; NULL where there is no memory.
EquipoiseDigestContext *_Nullable equipoise_digest_new(void);

/// Takes in `count` bytes; 0 where that failed.
int equipoise_digest_update(EquipoiseDigestContext *_Nonnull context, const void *_Nullable bytes, size_t count);

/// Writes the 32 bytes of the digest; 0 where that failed.
int equipoise_digest_finish(EquipoiseDigestContext *_Nonnull context, uint8_t *_Nonnull digest);

void equipoise_digest_free(EquipoiseDigestContext *_Nullable context);

#endif
#endif
