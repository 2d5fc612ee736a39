// Stands in for cuBLASLt: what torch's headers name of it.
#pragma once
typedef struct cublasLtContext* cublasLtHandle_t;
