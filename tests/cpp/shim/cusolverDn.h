// Stands in for cuSOLVER: what torch's headers name of it.
#pragma once
#include <cusolver_common.h>
typedef struct cusolverDnContext* cusolverDnHandle_t;
